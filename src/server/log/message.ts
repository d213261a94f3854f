/** A message in the log, the same for every account that may see it. */
export interface Message {
  /** Its position in the log, ascending from 1. */
  readonly id: number;
  readonly senderId: number;
  /** The sender's username. */
  readonly sender: string;
  /** The recipient's account; 0: everyone. */
  readonly recipientId: number;
  /** The recipient's username; empty: everyone. */
  readonly recipient: string;
  /** Exactly as it was sent. */
  readonly text: string;
  /** Milliseconds since the epoch. Never falls as ids grow. */
  readonly sentAt: number;
}

/** The fields of a message that decide who may see it. */
export type Visibility = Pick<Message, "senderId" | "recipientId">;

/** Whether every account may see a message. */
export function isPublic(message: Visibility): boolean {
  return message.recipientId === 0;
}

/**
 * Whether an account may see a message: it is public, or the account is its sender or recipient.
 *
 * TypeScript code decides visibility only with this function and `isPublic`. SQL repeats the rule for
 * `LogStore.recent`, in `recent` of engines/sqlite/reader.ts and `RECENT` of engines/postgres/log.ts;
 * test/contract/log/recent.ts compares both with it.
 */
export function maySee(accountId: number, message: Visibility): boolean {
  return isPublic(message) || message.senderId === accountId || message.recipientId === accountId;
}
