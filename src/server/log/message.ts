/** A message in the log, as everyone who may see it sees it. */
export interface Message {
  /** Its place in the log: from 1, growing by 1. */
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

/** Where a message lies in the log and whom it concerns: all that is needed to decide who may see it. */
export type Visibility = Pick<Message, "senderId" | "recipientId">;

/** Whether everyone may see a message. */
export function isPublic(message: Visibility): boolean {
  return message.recipientId === 0;
}

/** Whether an account may see a message. This is the one place that decides it. */
export function maySee(accountId: number, message: Visibility): boolean {
  return isPublic(message) || message.senderId === accountId || message.recipientId === accountId;
}
