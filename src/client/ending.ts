import { Status } from "nice-grpc";
import { ChatError } from "./errors.ts";
import type { Closed, GoodbyeEvent } from "./events.ts";

/** How a stream ended. */
export interface StreamEnd {
  /** Undefined: with `OK`. */
  readonly error: ChatError | undefined;
  /** The server's `goodbye`, if it said one. */
  readonly goodbye: GoodbyeEvent | undefined;
  /** We are leaving, and miss nothing: every command was answered, and everything up to the last `accepted` came. */
  readonly done: boolean;
}

/** What follows: the room is closed, or comes back after a wait of at least so long, in milliseconds. */
export type Next = Closed | { readonly kind: "retry"; readonly atLeastMs: number; readonly cause: ChatError };

/**
 * Decides what follows the end of a stream. The contract: only `UNAUTHENTICATED`, or a `goodbye` without `reconnect`, means not
 * to come back.
 */
export function afterwards({ error, goodbye, done }: StreamEnd): Next {
  if (goodbye !== undefined && !goodbye.reconnect) return { kind: "dismissed", reason: goodbye.reason };
  if (error?.code === Status.UNAUTHENTICATED) return { kind: "unauthenticated", cause: error };
  if (done) return { kind: "left" };
  return {
    kind: "retry",
    atLeastMs: goodbye?.retryAfterMs ?? error?.retryAfterMs ?? 0,
    cause: error ?? new ChatError(Status.OK, "The server ended the stream."),
  };
}
