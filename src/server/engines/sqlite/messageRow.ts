import type { Message } from "../../log/message.ts";

/** A message as the reading thread has it: id, sender's account, recipient's account (`null`: everyone), text, time. */
export type MessageRow = readonly [number, number, number | null, string, number];

/**
 * The rows of a page, which SQLite itself writes as JSON: one string goes between the threads at once. Measured, a row of 100 bytes takes
 * 0.7 µs so, and 2.7 as values that are fetched one by one and cloned.
 */
export function readRows(json: string): MessageRow[] {
  const rows = JSON.parse(json) as MessageRow[];
  // They come as they lie in the table, which is in this order. To have SQLite promise it would cost 1 µs a row.
  return rows.sort(([a], [b]) => a - b);
}

/** The accounts that rows name. */
export function accountsIn(rows: readonly MessageRow[]): Set<number> {
  const ids = new Set<number>();
  for (const [, senderId, recipientId] of rows) {
    ids.add(senderId);
    if (recipientId !== null) ids.add(recipientId);
  }
  return ids;
}

/** The message of a row, with the names of its accounts. */
export function toMessage([id, senderId, to, text, sentAt]: MessageRow, names: ReadonlyMap<number, string>): Message {
  const sender = names.get(senderId) as string;
  if (to === null) return { id, senderId, sender, recipientId: 0, recipient: "", text, sentAt };
  return { id, senderId, sender, recipientId: to, recipient: names.get(to) as string, text, sentAt };
}
