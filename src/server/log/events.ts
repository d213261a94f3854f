import type { Message } from "./message.ts";

/** What a reader of the log delivers: messages, and where the reader stands. */
export type LogEvent =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "caught-up"; readonly id: number }
  | { readonly kind: "gap"; readonly oldestId: number };

/**
 * Encodes the log's part of a response. Encoded events and one cursor behind them can be concatenated: the result is a
 * valid response.
 */
export interface LogEncoder {
  /** One event of a response. */
  event(event: LogEvent): Uint8Array;
  /** The cursor of a response. */
  cursor(id: number): Uint8Array;
}
