import type { ChatError } from "./errors.ts";
import type { Closed } from "./events.ts";

/** Where a room stands. */
export type RoomState =
  /** A stream is being opened, and joined. */
  | { readonly kind: "connecting" }
  /** The stream has joined: others see us. What was missed is coming. */
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
  | { readonly kind: "joined" }
  | { readonly kind: "caughtUp" }
  | { readonly kind: "lost"; readonly retryInMs: number; readonly cause: ChatError }
  | { readonly kind: "close"; readonly why: Closed };

/** The one function that changes a room's state. A room that is closed stays closed. */
export function change(state: RoomState, change: Change): RoomState {
  if (state.kind === "closed") return state;
  switch (change.kind) {
    case "attempt":
      return { kind: "connecting" };
    case "joined":
      return state.kind === "connecting" ? { kind: "replaying" } : state;
    case "caughtUp":
      return { kind: "live" };
    case "lost":
      return { kind: "waiting", retryInMs: change.retryInMs, cause: change.cause };
    case "close":
      return { kind: "closed", why: change.why };
  }
}
