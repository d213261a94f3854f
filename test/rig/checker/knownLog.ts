import type { History, Message, Send, Stream } from "../history.ts";
import { commandOf, list } from "./wording.ts";

/** What all clients together know of the log. */
export interface KnownLog {
  /** In the order of their ids. */
  readonly messages: readonly Message[];
  readonly byId: ReadonlyMap<number, Message>;
  /**
   * By id: the stream that showed the message first. Missing: the message was accepted, and no stream of this history
   * showed it.
   */
  readonly shownBy: ReadonlyMap<number, Stream>;
  /** The newest known id. 0: none. */
  readonly lastId: number;
}

/**
 * Puts the log together from all streams and answers, and finds where they contradict one another. `nameOf` names a
 * stream.
 */
export function findLog(history: History, nameOf: (stream: Stream) => string) {
  const violations: string[] = [];
  const { verified, oldestId } = history;
  const byId = new Map<number, Message>(verified?.log.map((message) => [message.id, message]));
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
      const shower = shownBy.get(seen.id);
      const first = shower === undefined ? "a verified stream" : nameOf(shower);
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
  const lastId = Math.max(messages.at(-1)?.id ?? 0, oldestId - 1, verified?.upTo ?? 0);
  if (history.isRunning !== true) violations.push(...checkIds(byId, firstId(history), lastId));
  violations.push(...checkTimes(messages));
  const log: KnownLog = { messages, byId, shownBy, lastId };
  return { log, violations };
}

/**
 * The first id that a history must know: the store removed earlier messages, or they were verified and are no longer
 * kept.
 */
export function firstId({ oldestId, verified }: History): number {
  return verified === undefined ? oldestId : Math.max(oldestId, verified.upTo - verified.log.length + 1);
}

function differences(one: Message, other: Message): string[] {
  return (["sender", "recipient", "text", "sentAt"] as const).filter((field) => one[field] !== other[field]);
}

/** Ids grow by one, so an id that no client knows is a lost message. */
function checkIds(byId: ReadonlyMap<number, Message>, from: number, lastId: number): string[] {
  const unknown: number[] = [];
  for (let id = from; id <= lastId; id++) if (!byId.has(id)) unknown.push(id);
  return unknown.length === 0 ? [] : [`No client got ${list(unknown)}, though the log goes up to ${lastId}.`];
}

function checkTimes(messages: readonly Message[]): string[] {
  return messages.flatMap(({ id, sentAt }, i) => {
    const before = messages[i - 1];
    return before === undefined || before.sentAt <= sentAt
      ? []
      : [`sent_at falls from message ${before.id} (${before.sentAt}) to message ${id} (${sentAt}).`];
  });
}
