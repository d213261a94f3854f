import type { Message } from "../../log/message.ts";
import type { Notification } from "../../log/ports/bus.ts";

/**
 * The version of what hints look like on the bus. It is in the subject, so that nodes of two versions do not meet there: each then
 * sees the other's messages when it looks at the store.
 */
export const VERSION = 1;

/** More messages than a commit has. What has more goes as its head. */
export const MAX_MESSAGES = 1_000;

/** What NATS takes where nobody has said otherwise; more than that is not sent, and not read. In bytes. */
export const MAX_BYTES = 1024 * 1024;

/**
 * What a hint looks like on the bus: JSON without names, in which the ids of a batch are not there but follow from the first one.
 * `undefined` for what `maxBytes` cannot hold: a batch that is larger becomes a hint of its head.
 */
export function encodeNotification(hint: Notification, maxBytes: number): Buffer | undefined {
  const fields = fieldsOf(hint, maxBytes);
  const bytes = fields && Buffer.from(JSON.stringify(fields));
  if (bytes === undefined || bytes.length <= maxBytes) return bytes;
  return hint.kind === "appended" ? encodeNotification(headOf(hint), maxBytes) : undefined;
}

type Appended = Extract<Notification, { kind: "appended" }>;

function fieldsOf(hint: Notification, maxBytes: number): unknown[] | undefined {
  switch (hint.kind) {
    case "appended":
      return canBeWhole(hint.messages, maxBytes) ? appendedFields(hint) : fieldsOf(headOf(hint), maxBytes);
    case "head-advanced":
      return hint.headId > 0 ? ["head", hint.logId, hint.headId] : undefined;
    case "truncated":
      return ["forgotten", hint.logId, hint.oldestId];
    case "presence":
      return [hint.kind];
    case "sessions-ended":
      return [hint.kind, hint.sessionIds];
  }
}

function canBeWhole(messages: readonly Message[], maxBytes: number): boolean {
  const [first, last] = [messages[0], messages.at(-1)];
  if (first === undefined || last === undefined || messages.length > MAX_MESSAGES) return false;
  // Their ids do not travel with them, so this is the place to see that they follow one another.
  if (last.id - first.id !== messages.length - 1) return false;
  // Whether it is worth trying: a text of so many characters has at least as many bytes.
  let characters = 0;
  for (const { text } of messages) characters += text.length;
  return characters <= maxBytes;
}

function appendedFields({ logId, messages }: Appended): unknown[] {
  const { id, sentAt } = messages[0] as Message;
  const rows = messages.map((message) => [
    message.senderId,
    message.sender,
    message.recipientId,
    message.recipient,
    message.text,
    message.sentAt - sentAt,
  ]);
  return ["grown", logId, id, sentAt, rows];
}

function headOf({ logId, messages }: Appended): Notification {
  return { kind: "head-advanced", logId, headId: messages.at(-1)?.id ?? 0 };
}
