import { type Deleted, type Edited, type Entry, type Message, textOf, timeOf } from "../../log/entry.ts";
import type { Notification } from "../../log/ports/bus.ts";
import type { RowOf } from "../shared/rowOf.ts";

/**
 * The version of the encoding. The subject contains it, so that nodes of two versions do not receive each other's
 * notifications: they find each other's entries in the store.
 */
export const VERSION = 2;

/** How many entries a notification has at most: as many as a commit. A larger batch is sent as its newest id. */
export const MAX_ENTRIES = 1_000;

/** How many bytes a notification has at most, sent or received: the default limit of NATS. */
export const MAX_BYTES = 1024 * 1024;

/**
 * Encodes a notification: a JSON array whose first element is the kind. The kinds on the bus are "grown" (appended),
 * "head" (head-advanced), "forgotten" (truncated), "read", "presence" and "sessions-ended". Only the first id of a
 * batch is encoded. A batch that exceeds `maxBytes` or `MAX_ENTRIES`, or has a gap in its ids, is encoded as a "head"
 * with its newest id. For any other notification that exceeds `maxBytes` the result is `undefined`.
 */
export function encodeNotification(notification: Notification, maxBytes: number): Buffer | undefined {
  const fields = fieldsOf(notification, maxBytes);
  const bytes = fields && Buffer.from(JSON.stringify(fields));
  if (bytes === undefined || bytes.length <= maxBytes) return bytes;
  return notification.kind === "appended" ? encodeNotification(headOf(notification), maxBytes) : undefined;
}

type Appended = Extract<Notification, { kind: "appended" }>;

function fieldsOf(notification: Notification, maxBytes: number): unknown[] | undefined {
  switch (notification.kind) {
    case "appended":
      return fits(notification.entries, maxBytes)
        ? appendedFields(notification)
        : fieldsOf(headOf(notification), maxBytes);
    case "head-advanced":
      return notification.headId > 0 ? ["head", notification.logId, notification.headId] : undefined;
    case "truncated":
      return ["forgotten", notification.logId, notification.oldestId];
    case "read":
      return [notification.kind, notification.accountId, notification.upTo];
    case "presence":
      return [notification.kind];
    case "sessions-ended":
      return [notification.kind, notification.sessionIds];
  }
}

function fits(entries: readonly Entry[], maxBytes: number): boolean {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined || entries.length > MAX_ENTRIES) return false;
  // Only the first id is encoded, so the ids must be consecutive.
  if (last.id - first.id !== entries.length - 1) return false;
  // A cheap lower bound: a text has at least as many bytes as characters.
  let characters = 0;
  for (const entry of entries) characters += textOf(entry).length;
  return characters <= maxBytes;
}

/** What the row of an entry begins with. */
export const ROW_KIND: Record<Entry["kind"], number> = { message: 0, edited: 1, deleted: 2, erased: 3 };

// The rows of a batch, after their kind. The id of an entry follows from its position. Its own time (`sentAt` of a
// message) is written as the time after that of the first entry.

/** The last two fields are left out if the message was never edited. */
type MessageRow = RowOf<
  Omit<Message, "kind" | "id">,
  ["senderId", "sender", "recipientId", "recipient", "text", "sentAt", "replyTo", "editId", "editedAt"]
>;
const EDIT_FIELDS = 2;

/** The message after the edit, whose `editId` and `editedAt` are those of the entry. */
type EditedRow = [
  ...message: RowOf<
    Omit<Message, "kind" | "editId" | "editedAt">,
    ["id", "senderId", "sender", "recipientId", "recipient", "text", "sentAt", "replyTo"]
  >,
  later: number,
];

type DeletedRow = RowOf<
  Omit<Deleted, "kind" | "id">,
  ["messageId", "senderId", "recipientId", "byId", "by", "deletedAt"]
>;

function appendedFields({ logId, entries }: Appended): unknown[] {
  const first = entries[0] as Entry;
  const base = timeOf(first);
  return ["grown", logId, first.id, base, entries.map((entry) => [ROW_KIND[entry.kind], ...rowOf(entry, base)])];
}

function rowOf(entry: Entry, base: number): unknown[] {
  switch (entry.kind) {
    case "message":
      return messageRow(entry, base);
    case "edited":
      return editedRow(entry, base);
    case "deleted":
      return deletedRow(entry, base);
    case "erased":
      return [entry.at - base];
  }
}

function messageRow(message: Message, base: number): unknown[] {
  const { senderId, sender, recipientId, recipient, text, sentAt, replyTo, editId, editedAt } = message;
  const row: MessageRow = [senderId, sender, recipientId, recipient, text, sentAt - base, replyTo, editId, editedAt];
  return editId === 0 ? row.slice(0, -EDIT_FIELDS) : row;
}

function editedRow({ message }: Edited, base: number): EditedRow {
  const { id, senderId, sender, recipientId, recipient, text, sentAt, replyTo, editedAt } = message;
  return [id, senderId, sender, recipientId, recipient, text, sentAt, replyTo, editedAt - base];
}

function deletedRow({ messageId, senderId, recipientId, byId, by, deletedAt }: Deleted, base: number): DeletedRow {
  return [messageId, senderId, recipientId, byId, by, deletedAt - base];
}

function headOf({ logId, entries }: Appended): Notification {
  return { kind: "head-advanced", logId, headId: entries.at(-1)?.id ?? 0 };
}
