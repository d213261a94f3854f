import type { Change, Entry, Message } from "../../log/entry.ts";
import {
  type AppendResult,
  type DeletionDraft,
  type Draft,
  type EditDraft,
  type HistoryPage,
  type KnownResult,
  messageOf,
} from "../../log/ports/logStore.ts";
import type { ReportedPosition } from "./observedPosition.ts";

// The rows of a log in a database are positional arrays: a driver makes them faster than objects. The types below name
// the columns, in the order of the engine's statements. Times are in milliseconds since the epoch.

/** The codes of the kinds of entries in a database. A message that was deleted has the kind "erased". */
export const KIND_CODES = { message: 0, edited: 1, deleted: 2, erased: 3 } as const satisfies Record<
  Entry["kind"],
  number
>;

type KindCode = (typeof KIND_CODES)[Entry["kind"]];

/** The position of the log. */
export type StateRow = [
  logId: string,
  headId: number,
  oldestId: number,
  serverStart: number,
  appendedSince: number,
  headAtStart: number,
  serverTime: number,
];

/** A message as it is now. `recipientId` `null`: everyone. Nulls are much faster than zeros. */
export type MessageRow = [
  id: number,
  senderId: number,
  sender: string,
  recipientId: number | null,
  recipient: string | null,
  text: string,
  sentAt: number,
  replyTo: number | null,
  editId: number | null,
  editedAt: number | null,
];

/**
 * An entry. For an edit and a deletion, `senderId` and `recipientId` are those of the message `messageId`, and `sentAt`
 * is the time of the entry. `edited`: what else the message of an edit has now, if this edit is its newest. `byId`
 * `null`: the server.
 */
export type EntryRow = [
  ...message: MessageRow,
  kind: KindCode,
  messageId: number | null,
  edited: [text: string, sentAt: number, replyTo: number | null] | null,
  byId: number | null,
  by: string | null,
];

/** A message of a page, and the number of messages that were found for the page; there may be one more than it has. */
export type HistoryRow = [...message: MessageRow, found: number];

/** An entry that was found by its request id, and whether it was appended for the same content. */
export type KnownRow = [id: number, sentAt: number, isSame: boolean];

/** What a new edit or deletion leaves as it is in its message. */
type ChangedRow = [recipientId: number, recipient: string, sentAt: number, replyTo: number];

/**
 * The result of a batch. `ids` and `sentAts` have a number for each draft, and `outcomes` a letter: (n)ew, a repetition
 * of one (b)efore it in the batch, (d)uplicate, (r)eused, session (e)nded, message (u)nknown, (f)oreign message.
 * `changed` has a row for each new edit and deletion, in their order.
 */
export type AppendedRow = [
  headId: number,
  serverStart: number,
  outcomes: string,
  ids: number[],
  sentAts: number[],
  changed: ChangedRow[] | null,
];

/** Decodes the position of the log. */
export function toPosition(row: StateRow): ReportedPosition {
  const [logId, headId, oldestId, serverStart, appendedSince, headAtStart] = row;
  return { logId, headId, oldestId, serverStart, appendedSince, headAtStart };
}

/** Decodes an entry. */
export function toEntry(row: EntryRow): Entry {
  const [id, senderId, , recipientId, , , at, , , , kind, messageId, edited, byId, by] = row;
  switch (kind) {
    case KIND_CODES.message:
      return toMessage(row);
    case KIND_CODES.edited: {
      if (edited === null) return { kind: "erased", id, at };
      const [text, sentAt, replyTo] = edited;
      const message = { ...toMessage(row), id: messageId as number, text, sentAt, replyTo: replyTo ?? 0 };
      return { kind: "edited", id, message: { ...message, editId: id, editedAt: at } };
    }
    case KIND_CODES.deleted: {
      const visibility = { senderId, recipientId: recipientId ?? 0 };
      const author = { byId: byId ?? 0, by: by ?? "" };
      return { kind: "deleted", id, messageId: messageId as number, ...visibility, deletedAt: at, ...author };
    }
    case KIND_CODES.erased:
      return { kind: "erased", id, at };
  }
}

/** Decodes a page, whose rows are in order of id. */
export function toHistoryPage(rows: readonly HistoryRow[]): HistoryPage {
  const found = rows[0]?.[10] ?? 0;
  return { messages: rows.map(toMessage), hasOlder: found > rows.length };
}

/** Decodes an entry that was found by its request id. */
export function toKnownResult([id, sentAt, isSame]: KnownRow): KnownResult {
  return isSame ? { kind: "duplicate", id, sentAt } : { kind: "reused" };
}

/** Decodes the results for the drafts of a batch. */
export function toAppendResults(batch: readonly Draft[], row: AppendedRow): AppendResult[] {
  const [, , outcomes, ids, sentAts, changed] = row;
  const changes = (changed ?? []).values();
  /** By sender and request id, the index of the new draft with that request id. */
  const appended = new Map<string, number>();
  const duplicateOf = (i: number): AppendResult => {
    return { kind: "duplicate", id: ids[i] as number, sentAt: sentAts[i] as number };
  };
  return batch.map((draft, i) => {
    const key = `${draft.senderId} ${draft.requestId}`;
    switch (outcomes[i]) {
      case "n": {
        appended.set(key, i);
        const id = ids[i] as number;
        const at = sentAts[i] as number;
        if (draft.kind === "message") return { kind: "appended", entry: messageOf(draft, id, at) };
        return { kind: "appended", entry: toChange(draft, id, at, changes.next().value as ChangedRow) };
      }
      case "d":
        return duplicateOf(i);
      case "b": {
        const first = appended.get(key) as number;
        return isSameContent(batch[first] as Draft, draft) ? duplicateOf(first) : { kind: "reused" };
      }
      case "r":
        return { kind: "reused" };
      case "u":
        return { kind: "message-unknown" };
      case "f":
        return { kind: "not-the-sender" };
      default:
        return { kind: "session-ended" };
    }
  });
}

/** Whether two messages of a batch that are no replies have the same content. */
function isSameContent(first: Draft, second: Draft): boolean {
  if (first.kind !== "message" || second.kind !== "message") return false;
  return first.text === second.text && first.recipientId === second.recipientId;
}

function toChange(draft: EditDraft | DeletionDraft, id: number, at: number, changed: ChangedRow): Change {
  const { messageId, senderId, sender } = draft;
  const [recipientId, recipient, sentAt, replyTo] = changed;
  if (draft.kind === "deleted") {
    return { kind: "deleted", id, messageId, senderId, recipientId, deletedAt: at, byId: senderId, by: sender };
  }
  const author = { senderId, sender, recipientId, recipient };
  const edit = { text: draft.text, editId: id, editedAt: at };
  return { kind: "edited", id, message: { kind: "message", id: messageId, ...author, sentAt, replyTo, ...edit } };
}

/** Decodes a message. */
export function toMessage(row: readonly [...message: MessageRow, ...unknown[]]): Message {
  const [id, senderId, sender, recipientId, recipient, text, sentAt, replyTo, editId, editedAt] = row;
  return {
    kind: "message",
    id,
    senderId,
    sender,
    recipientId: recipientId ?? 0,
    recipient: recipient ?? "",
    text,
    sentAt,
    replyTo: replyTo ?? 0,
    editId: editId ?? 0,
    editedAt: editedAt ?? 0,
  };
}
