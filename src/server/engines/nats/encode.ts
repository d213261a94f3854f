import type { Message } from "../../log/entry.ts";
import type { Notification } from "../../log/ports/bus.ts";
import type { RowOf } from "../shared/rowOf.ts";

/**
 * The version of the encoding. The subject contains it, so that nodes of two versions do not receive each other's
 * notifications: they find each other's messages in the store.
 */
export const VERSION = 1;

/** How many messages a notification has at most: as many as a commit. A larger batch is sent as its newest id. */
export const MAX_MESSAGES = 1_000;

/** How many bytes a notification has at most, sent or received: the default limit of NATS. */
export const MAX_BYTES = 1024 * 1024;

/**
 * Encodes a notification: a JSON array whose first element is the kind. The kinds on the bus are "grown" (appended),
 * "head" (head-advanced), "forgotten" (truncated), "presence" and "sessions-ended". Only the first id of a batch is
 * encoded. A batch that exceeds `maxBytes` or `MAX_MESSAGES`, or has a gap in its ids, is encoded as a "head" with its
 * newest id. For any other notification that exceeds `maxBytes` the result is `undefined`.
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
      return fits(notification.messages, maxBytes)
        ? appendedFields(notification)
        : fieldsOf(headOf(notification), maxBytes);
    case "head-advanced":
      return notification.headId > 0 ? ["head", notification.logId, notification.headId] : undefined;
    case "truncated":
      return ["forgotten", notification.logId, notification.oldestId];
    case "presence":
      return [notification.kind];
    case "sessions-ended":
      return [notification.kind, notification.sessionIds];
  }
}

function fits(messages: readonly Message[], maxBytes: number): boolean {
  const [first, last] = [messages[0], messages.at(-1)];
  if (first === undefined || last === undefined || messages.length > MAX_MESSAGES) return false;
  // Only the first id is encoded, so the ids must be consecutive.
  if (last.id - first.id !== messages.length - 1) return false;
  // A cheap lower bound: a text has at least as many bytes as characters.
  let characters = 0;
  for (const { text } of messages) characters += text.length;
  return characters <= maxBytes;
}

/** A message of a batch: its id follows from its position, and `sentAt` is the time after that of the first. */
type MessageRow = RowOf<Omit<Message, "id">, ["senderId", "sender", "recipientId", "recipient", "text", "sentAt"]>;

function appendedFields({ logId, messages }: Appended): unknown[] {
  const { id, sentAt } = messages[0] as Message;
  const rows = messages.map(
    (message): MessageRow => [
      message.senderId,
      message.sender,
      message.recipientId,
      message.recipient,
      message.text,
      message.sentAt - sentAt,
    ],
  );
  return ["grown", logId, id, sentAt, rows];
}

function headOf({ logId, messages }: Appended): Notification {
  return { kind: "head-advanced", logId, headId: messages.at(-1)?.id ?? 0 };
}
