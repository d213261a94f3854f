import type { Message } from "../../log/entry.ts";
import type { AppendResult, Draft, KnownMessage } from "../../log/ports/logStore.ts";
import type { ReportedPosition } from "./observedPosition.ts";

// The rows of a log in a database are positional arrays: a driver makes them faster than objects. The types below name
// the columns, in the order of the engine's statements.

/** The position of the log. `serverTime`: milliseconds since the epoch. */
export type StateRow = [
  logId: string,
  headId: number,
  oldestId: number,
  serverStart: number,
  appendedSince: number,
  headAtStart: number,
  serverTime: number,
];

/** A message. `recipientId` 0 and `recipient` "": everyone. `sentAt`: milliseconds since the epoch. */
export type MessageRow = [
  id: number,
  senderId: number,
  sender: string,
  recipientId: number,
  recipient: string,
  text: string,
  sentAt: number,
];

/** A message that was found by its request id. */
export type KnownMessageRow = [id: number, sentAt: number, recipient: string, text: string];

/**
 * The result of a batch. `ids` and `sentAts` have a number for each draft, and `outcomes` a letter: (n)ew, a repetition
 * of one (b)efore it in the batch, (d)uplicate, (r)eused, session (e)nded.
 */
export type AppendedRow = [headId: number, serverStart: number, outcomes: string, ids: number[], sentAts: number[]];

/** Decodes the position of the log. */
export function toPosition(row: StateRow): ReportedPosition {
  const [logId, headId, oldestId, serverStart, appendedSince, headAtStart] = row;
  return { logId, headId, oldestId, serverStart, appendedSince, headAtStart };
}

/** Decodes a message. */
export function toMessage([id, senderId, sender, recipientId, recipient, text, sentAt]: MessageRow): Message {
  return { id, senderId, sender, recipientId, recipient, text, sentAt };
}

/** Decodes a message that was found by its request id. */
export function toKnownMessage([id, sentAt, recipient, text]: KnownMessageRow): KnownMessage {
  return { id, sentAt, recipient, text };
}

/** Decodes the results for the drafts of a batch. */
export function toAppendResults(batch: readonly Draft[], [, , outcomes, ids, sentAts]: AppendedRow): AppendResult[] {
  /** By sender and request id, the index of the new draft with that request id. */
  const accepted = new Map<string, number>();
  const acceptedAt = (i: number, duplicate: boolean): AppendResult => {
    return { kind: "accepted", id: ids[i] as number, sentAt: sentAts[i] as number, duplicate };
  };
  return batch.map((draft, i) => {
    const key = `${draft.senderId} ${draft.requestId}`;
    switch (outcomes[i]) {
      case "n":
        accepted.set(key, i);
        return acceptedAt(i, false);
      case "d":
        return acceptedAt(i, true);
      case "b": {
        const first = accepted.get(key) as number;
        const { text, recipientId } = batch[first] as Draft;
        return text === draft.text && recipientId === draft.recipientId ? acceptedAt(first, true) : { kind: "reused" };
      }
      case "r":
        return { kind: "reused" };
      default:
        return { kind: "session-ended" };
    }
  });
}
