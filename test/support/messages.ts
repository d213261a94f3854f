import type { Message } from "../../src/server/log/entry.ts";
import { type Entry, toEntry } from "../../src/server/log/segment.ts";
import { encoder } from "./encoder.ts";

/** A message of account `from` to account `to` (0: everyone), with a text of `length` characters. */
export function message(id: number, more: { from?: number; to?: number; length?: number } = {}): Message {
  const { from = 1, to = 0, length = 10 } = more;
  return {
    id,
    senderId: from,
    sender: `user-${from}`,
    recipientId: to,
    recipient: to === 0 ? "" : `user-${to}`,
    text: "x".repeat(length),
    sentAt: 1_700_000_000_000 + id,
  };
}

/** The same message as an encoded entry. */
export function entry(id: number, more: Parameters<typeof message>[1] = {}): Entry {
  return toEntry(message(id, more), encoder);
}
