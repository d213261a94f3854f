import type { Message } from "../../room/message.ts";

/**
 * A message on its way between the threads: id, sender's account and name, recipient's account and name, text, time. An array and no
 * object, as SQLite gives it: made and cloned, a page of objects takes three times as long.
 */
export type MessageRow = [number, number, string, number, string, string, number];

/** The message of a row. */
export function toMessage([id, senderId, sender, recipientId, recipient, text, sentAt]: MessageRow): Message {
  return { id, senderId, sender, recipientId, recipient, text, sentAt };
}
