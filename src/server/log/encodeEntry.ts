import type { Change, Entry, Message } from "./entry.ts";
import type { LogEncoder } from "./events.ts";
import type { EncodedEntry } from "./segment.ts";

/** A change of an earlier message, as the entries of that message in memory have to take it in. */
export interface EncodedChange {
  readonly id: number;
  readonly messageId: number;
  /** The message after the change; `undefined`: it is deleted. */
  readonly message: EncodedEntry | undefined;
}

/** The memory that an entry takes in addition to its bytes; measured on Node 24. */
export const ENTRY_OVERHEAD_BYTES = 230;
const NO_BYTES = new Uint8Array(0);

/** Encodes an entry once for all readers. `oldestId`: an edit of a message before this id is erased. */
export function encodeEntry(entry: Entry, encoder: LogEncoder, oldestId: number): EncodedEntry {
  switch (entry.kind) {
    case "message":
      return encodeMessage(entry, encoder);
    case "edited": {
      const { id, message } = entry;
      if (message.id < oldestId) return erased(id);
      const { senderId, recipientId } = message;
      const bytes = encoder.event(entry);
      return {
        kind: "edited",
        id,
        messageId: message.id,
        authorId: senderId,
        senderId,
        recipientId,
        editId: 0,
        bytes,
      };
    }
    case "deleted": {
      const { id, messageId, byId, senderId, recipientId } = entry;
      const bytes = encoder.event(entry);
      return { kind: "deleted", id, messageId, authorId: byId, senderId, recipientId, editId: 0, bytes };
    }
    case "erased":
      return erased(entry.id);
  }
}

/** Encodes a change for the entries in memory that it changes. */
export function encodeChange(change: Change, encoder: LogEncoder): EncodedChange {
  const { id } = change;
  if (change.kind === "deleted") return { id, messageId: change.messageId, message: undefined };
  return { id, messageId: change.message.id, message: encodeMessage(change.message, encoder) };
}

/** An entry without content. Its id remains. */
export function erased(id: number): EncodedEntry {
  return {
    kind: "erased",
    id,
    messageId: 0,
    authorId: 0,
    senderId: 0,
    recipientId: 0,
    editId: 0,
    bytes: NO_BYTES,
  };
}

function encodeMessage(message: Message, encoder: LogEncoder): EncodedEntry {
  const { id, senderId, recipientId, editId } = message;
  const bytes = encoder.event(message);
  return { kind: "message", id, messageId: id, authorId: senderId, senderId, recipientId, editId, bytes };
}
