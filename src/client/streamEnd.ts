import { Status } from "nice-grpc";
import type { UnreadableRequest } from "./commandSender.ts";
import { ChatError } from "./errors.ts";
import type { Closed, GoodbyeEvent } from "./events.ts";

const REQUEST_INVALID = "REQUEST_INVALID";

/** How a stream ended. */
export interface StreamEnd {
  /** Undefined: the stream ended with `OK`. */
  readonly error: ChatError | undefined;
  /** The server's `goodbye`, if it sent one. */
  readonly goodbye: GoodbyeEvent | undefined;
  /** The request that the server could not read, if the stream ended for that reason. */
  readonly unreadable?: UnreadableRequest | undefined;
  /**
   * The room is leaving, and every command is answered. Either everything up to the last accepted message has arrived,
   * or the stream ended with `OK`.
   */
  readonly done: boolean;
}

/** The next step: the room is closed, or reconnects after a wait of at least `atLeastMs` milliseconds. */
export type NextStep = Closed | { readonly kind: "retry"; readonly atLeastMs: number; readonly cause: ChatError };

/** Whether a stream ended because the server could not read a request. */
export function isRequestInvalid(error: ChatError | undefined, goodbye: GoodbyeEvent | undefined): boolean {
  return (goodbye?.reason ?? error?.reason) === REQUEST_INVALID;
}

/**
 * Decides what follows the end of a stream. By the contract, only `UNAUTHENTICATED` and a `goodbye` without `reconnect`
 * forbid reconnecting. A join that the server cannot read also closes the room, because the same join would follow.
 */
export function nextStep({ error, goodbye, unreadable, done }: StreamEnd): NextStep {
  if (goodbye !== undefined && !goodbye.reconnect) return { kind: "dismissed", reason: goodbye.reason };
  if (error?.code === Status.UNAUTHENTICATED) return { kind: "unauthenticated", cause: error };
  if (done) return { kind: "left" };
  if (unreadable === "join") return { kind: "dismissed", reason: REQUEST_INVALID };
  return {
    kind: "retry",
    atLeastMs: goodbye?.retryAfterMs ?? error?.retryAfterMs ?? 0,
    cause: error ?? new ChatError(Status.OK, "The server ended the stream."),
  };
}
