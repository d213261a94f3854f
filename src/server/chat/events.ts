import type { Limits } from "../common/limits.ts";
import type { Reason } from "../common/refusal.ts";
import type { LogEncoder, LogEvent } from "../log/events.ts";
import type { PresenceChange } from "../presence/presenceChange.ts";
import type { Help } from "./typedCommands.ts";

/** Why the server ends a stream, and whether and when the client should come back. */
export interface Goodbye {
  readonly reason: Reason;
  readonly reconnect: boolean;
  readonly retryAfterMs?: number;
}

/** An event on a stream: the contract's `Event`. Times are in milliseconds since the epoch. */
export type RoomEvent =
  | {
      readonly kind: "welcome";
      readonly username: string;
      readonly logId: string;
      readonly headId: number;
      /** The read marker of the user. */
      readonly readUpTo: number;
      readonly limits: Limits;
    }
  | LogEvent
  | { readonly kind: "accepted"; readonly id: number; readonly sentAt: number; readonly duplicate: boolean }
  | { readonly kind: "rejected"; readonly reason: Reason; readonly message: string; readonly retryAfterMs?: number }
  | ({ readonly kind: "presence" } & PresenceChange)
  /** The read marker of the user has moved. */
  | { readonly kind: "read"; readonly upTo: number }
  | ({ readonly kind: "help" } & Help)
  | ({ readonly kind: "goodbye" } & Goodbye);

/** Encodes the events of a stream. */
export interface Encoder extends LogEncoder {
  /** Encodes one event of a response. `requestId`: that of the command to which the event is the reply. */
  event(event: RoomEvent, requestId?: string): Uint8Array;
}
