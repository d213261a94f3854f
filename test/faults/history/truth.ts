import type { History, Message, Send, Stream } from "./history.ts";
import { commandOf, list } from "./wording.ts";

/** What all clients together know of the log. */
export interface Truth {
  /** In the order of their ids. */
  readonly messages: readonly Message[];
  /** By id: the same messages. */
  readonly byId: ReadonlyMap<number, Message>;
  /** By id: the stream that showed it first; none for what was accepted and never seen. */
  readonly shownBy: ReadonlyMap<number, Stream>;
  /** The newest id there is; 0: none. */
  readonly lastId: number;
}

/** Finds out what the log has, and says where its clients contradict each other. `nameOf` names a stream. */
export function findTruth(history: History, nameOf: (stream: Stream) => string) {
  const violations: string[] = [];
  const byId = new Map<number, Message>();
  const shownBy = new Map<number, Stream>();
  for (const stream of history.streams) {
    for (const seen of stream.seen) {
      if (seen.kind !== "message") continue;
      const known = byId.get(seen.id);
      if (known === undefined) {
        byId.set(seen.id, seen);
        shownBy.set(seen.id, stream);
        continue;
      }
      const other = differences(known, seen);
      if (other.length === 0) continue;
      const first = nameOf(shownBy.get(seen.id) ?? stream);
      violations.push(
        `Message ${seen.id} is not the same on ${first} and on ${nameOf(stream)}: its ${list(other)} differs.`,
      );
    }
  }
  const takenBy = new Map<number, Send>();
  for (const send of history.sends) {
    for (const answer of send.answers) {
      if (answer.kind !== "accepted") continue;
      const { id, sentAt } = answer;
      const other = takenBy.get(id);
      if (other !== undefined && other !== send) {
        violations.push(`The id ${id} was given to ${commandOf(other)} and to ${commandOf(send)}.`);
      }
      takenBy.set(id, send);
      if (!byId.has(id)) byId.set(id, { id, sender: send.user, recipient: send.recipient, text: send.text, sentAt });
    }
  }
  const messages = [...byId.values()].sort((one, other) => one.id - other.id);
  const lastId = Math.max(messages.at(-1)?.id ?? 0, history.oldestId - 1);
  violations.push(...checkIds(messages, history.oldestId, lastId), ...checkTimes(messages));
  const truth: Truth = { messages, byId, shownBy, lastId };
  return { truth, violations };
}

function differences(one: Message, other: Message): string[] {
  return (["sender", "recipient", "text", "sentAt"] as const).filter((field) => one[field] !== other[field]);
}

/** Ids grow by one: one that nobody knows of is one that was lost. */
function checkIds(messages: readonly Message[], oldestId: number, lastId: number): string[] {
  const known = new Set(messages.map(({ id }) => id));
  const unknown: number[] = [];
  for (let id = oldestId; id <= lastId; id++) if (!known.has(id)) unknown.push(id);
  return unknown.length === 0 ? [] : [`Nobody ever got ${list(unknown)}, though the log goes up to ${lastId}.`];
}

function checkTimes(messages: readonly Message[]): string[] {
  return messages.flatMap(({ id, sentAt }, i) => {
    const before = messages[i - 1];
    return before === undefined || before.sentAt <= sentAt
      ? []
      : [`sent_at falls from message ${before.id} (${before.sentAt}) to message ${id} (${sentAt}).`];
  });
}
