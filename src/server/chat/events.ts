import type { Help } from "./typedCommands.ts";
import type { Limits } from "../common/limits.ts";
import type { Message } from "../log/message.ts";
import type { Reason } from "../common/refusal.ts";

/** Who came and went. */
export interface PresenceChange {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Too much has changed to tell. */
  readonly reset: boolean;
}

/** Why the server ends a stream. `retryAfter` is in milliseconds. */
export interface Goodbye {
  readonly reason: Reason;
  readonly reconnect: boolean;
  readonly retryAfter?: number;
}

/** What happens on a stream, as the contract's `Event`. Times and waits are in milliseconds. */
export type RoomEvent =
  | {
      readonly kind: "welcome";
      readonly username: string;
      readonly logId: string;
      readonly headId: number;
      readonly limits: Limits;
    }
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "caught-up"; readonly id: number }
  | { readonly kind: "accepted"; readonly id: number; readonly sentAt: number; readonly duplicate: boolean }
  | { readonly kind: "rejected"; readonly reason: Reason; readonly message: string; readonly retryAfter?: number }
  | ({ readonly kind: "presence" } & PresenceChange)
  | ({ readonly kind: "help" } & Help)
  | { readonly kind: "gap"; readonly oldestId: number }
  | ({ readonly kind: "goodbye" } & Goodbye);

/**
 * Turns events into the bytes of a response. Fields of a response concatenate: any number of `event`s with one `cursor` behind
 * them is a valid response.
 */
export interface Encoder {
  /** One event of a response. */
  event(event: RoomEvent, requestId?: string): Uint8Array;
  /** The cursor of a response. */
  cursor(id: number): Uint8Array;
}
