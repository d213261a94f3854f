import { Status } from "nice-grpc";
import { ChatError } from "./errors.ts";
import type { Closed, GoodbyeEvent } from "./events.ts";
import type { Verdict } from "./sending.ts";

const REQUEST_INVALID = "REQUEST_INVALID";

/** How a stream ended. */
export interface StreamEnd {
  /** Undefined: with `OK`. */
  readonly error: ChatError | undefined;
  /** The server's `goodbye`, if it said one. */
  readonly goodbye: GoodbyeEvent | undefined;
  /** If it ended because the server could not read a request: which one that was. */
  readonly verdict?: Verdict | undefined;
  /** We are leaving, and miss nothing: every command was answered, and everything up to the last `accepted` came. */
  readonly done: boolean;
}

/** What follows: the room is closed, or comes back after a wait of at least so long, in milliseconds. */
export type Next = Closed | { readonly kind: "retry"; readonly atLeastMs: number; readonly cause: ChatError };

/** Whether a stream ended because the server could not read a request. */
export function isRequestInvalid(error: ChatError | undefined, goodbye: GoodbyeEvent | undefined): boolean {
  return (goodbye?.reason ?? error?.reason) === REQUEST_INVALID;
}

/**
 * Decides what follows the end of a stream. The contract: only `UNAUTHENTICATED`, or a `goodbye` without `reconnect`, means not
 * to come back. Beside these, a join that the server cannot read is not sent again.
 */
export function nextStep({ error, goodbye, verdict, done }: StreamEnd): Next {
  if (goodbye !== undefined && !goodbye.reconnect) return { kind: "dismissed", reason: goodbye.reason };
  if (error?.code === Status.UNAUTHENTICATED) return { kind: "unauthenticated", cause: error };
  if (done) return { kind: "left" };
  // The same join would follow, for ever.
  if (verdict === "none") return { kind: "dismissed", reason: REQUEST_INVALID };
  return {
    kind: "retry",
    atLeastMs: goodbye?.retryAfterMs ?? error?.retryAfterMs ?? 0,
    cause: error ?? new ChatError(Status.OK, "The server ended the stream."),
  };
}
