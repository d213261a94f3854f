import type { Deleted, Edited, Message } from "./entry.ts";

/** An event that a reader of the log delivers. */
export type LogEvent =
  | Message
  | Edited
  | Deleted
  /** The replay has ended: the reader has delivered everything up to `id`. */
  | { readonly kind: "caught-up"; readonly id: number }
  /** Entries before `oldestId` can no longer be delivered. */
  | { readonly kind: "gap"; readonly oldestId: number };

/**
 * Encodes the log's part of a response. The bytes of several events, followed by those of one cursor, are a valid
 * response when they are concatenated.
 */
export interface LogEncoder {
  /** The most bytes that a `caught-up` event, with the longest request id, and a cursor take together. */
  readonly maxTrailerBytes: number;
  /** One event of a response. */
  event(event: LogEvent): Uint8Array;
  /** The cursor of a response. */
  cursor(id: number): Uint8Array;
}
