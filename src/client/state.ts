import type { ChatError } from "./errors.ts";
import type { Closed } from "./events.ts";

/** Where a room stands. */
export type RoomState =
  /** A stream is being opened. */
  | { readonly kind: "connecting" }
  /** The server has let us in; what was missed is coming. */
  | { readonly kind: "replaying" }
  /** Everything has come; what comes is new. */
  | { readonly kind: "live" }
  /** The connection was lost; it is tried again after a wait, in milliseconds. */
  | { readonly kind: "waiting"; readonly retryInMs: number; readonly cause: ChatError }
  /** For good. */
  | { readonly kind: "closed"; readonly why: Closed };

/** What can happen to a room's connection. */
export type Change =
  | { readonly kind: "attempt" }
  | { readonly kind: "welcome" }
  | { readonly kind: "caughtUp" }
  | { readonly kind: "lost"; readonly retryInMs: number; readonly cause: ChatError }
  | { readonly kind: "close"; readonly why: Closed };

/** The one function that changes a room's state. A room that is closed stays closed. */
export function change(state: RoomState, change: Change): RoomState {
  if (state.kind === "closed") return state;
  switch (change.kind) {
    case "attempt":
      return { kind: "connecting" };
    case "welcome":
      return { kind: "replaying" };
    case "caughtUp":
      return { kind: "live" };
    case "lost":
      return { kind: "waiting", retryInMs: change.retryInMs, cause: change.cause };
    case "close":
      return { kind: "closed", why: change.why };
  }
}
