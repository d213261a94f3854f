import { createHmac } from "node:crypto";

/** What a client asked for, with accounts by their ids. A request id stands for one command. */
export interface Command {
  readonly kind: "message" | "edited" | "deleted";
  /** The recipient of a message; 0: everyone, or not a message. */
  readonly recipientId: number;
  /** Empty for a deletion. */
  readonly text: string;
  /** The message that this one replies to, edits or deletes; 0: none. */
  readonly targetId: number;
}

/**
 * A digest of a command, which remains in the store when the text of the command is erased. Keyed with a secret of the
 * store, so that the digest of a short text does not reveal it.
 */
export function commandDigest(secret: string, { kind, recipientId, text, targetId }: Command): Uint8Array {
  return createHmac("sha256", secret)
    .update(JSON.stringify([kind, recipientId, targetId, text]))
    .digest();
}
