import type { Duration } from "../../gen/google/protobuf/duration.ts";
import type { Message as WireMessage } from "../../gen/obrolan/v1/chat.ts";
import type { Message } from "../log/entry.ts";

/** Milliseconds as a `Duration` of the contract. */
export function toDuration(milliseconds: number): Duration {
  const whole = Math.floor(milliseconds / 1_000);
  return { seconds: BigInt(whole), nanos: Math.round((milliseconds - whole * 1_000) * 1_000_000) };
}

/** An id or cursor of the contract as a number. A value above 2^53 - 1 becomes 2^53 - 1. */
export function toId(wire: bigint): number {
  return wire > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(wire);
}

/** A message of the log as a `Message` of the contract. */
export function toWireMessage({ id, sender, recipient, text, sentAt, editedAt, replyTo }: Message): WireMessage {
  return {
    id: BigInt(id),
    sender,
    recipient,
    text,
    sentAt: new Date(sentAt),
    editedAt: editedAt === 0 ? undefined : new Date(editedAt),
    replyTo: BigInt(replyTo),
  };
}
