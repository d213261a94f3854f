import type { ChatError } from "./errors.ts";
import type { Closed } from "./events.ts";

/** The state of a room's connection. */
export type RoomState =
  /** A stream is being opened and joined. */
  | { readonly kind: "connecting" }
  /** The stream has joined: the user is online. The messages since the cursor are coming. */
  | { readonly kind: "replaying" }
  /** The replay is complete; new messages come as they are posted. */
  | { readonly kind: "live" }
  /** The connection was lost. The next attempt follows after a wait, in milliseconds. */
  | { readonly kind: "waiting"; readonly retryInMs: number; readonly cause: ChatError }
  /** The last state. */
  | { readonly kind: "closed"; readonly why: Closed };

/** An event in the life of a room's connection. */
export type StateEvent =
  /** A stream is opened. */
  | { readonly kind: "attempt" }
  /** The stream's join took effect. */
  | { readonly kind: "joined" }
  /** The server sent `caught_up`. */
  | { readonly kind: "caughtUp" }
  /** The stream ended, and another one follows. */
  | { readonly kind: "lost"; readonly retryInMs: number; readonly cause: ChatError }
  /** The room is closed. */
  | { readonly kind: "close"; readonly why: Closed };

/** Gives the next state; undefined: the state stays as it is. */
type Transition<K extends StateEvent["kind"]> = (event: Extract<StateEvent, { kind: K }>) => RoomState | undefined;
type Transitions = { readonly [K in StateEvent["kind"]]: Transition<K> };

const toConnecting = () => ({ kind: "connecting" }) as const;
const toReplaying = () => ({ kind: "replaying" }) as const;
const toLive = () => ({ kind: "live" }) as const;
const toWaiting: Transition<"lost"> = ({ retryInMs, cause }) => ({ kind: "waiting", retryInMs, cause });
const toClosed: Transition<"close"> = ({ why }) => ({ kind: "closed", why });
const stay = () => undefined;

const whileOpen = { attempt: toConnecting, joined: stay, caughtUp: toLive, lost: toWaiting, close: toClosed };

/** Every state times every event. docs/client.md has the same table; `test/client/state.test.ts` compares the two. */
const TRANSITIONS: Readonly<Record<RoomState["kind"], Transitions>> = {
  connecting: { ...whileOpen, joined: toReplaying },
  replaying: whileOpen,
  live: whileOpen,
  waiting: whileOpen,
  closed: { attempt: stay, joined: stay, caughtUp: stay, lost: stay, close: stay },
};

/** The state that follows an event. No other code changes a room's state. */
export function nextState(state: RoomState, event: StateEvent): RoomState {
  const transition = TRANSITIONS[state.kind][event.kind] as (event: StateEvent) => RoomState | undefined;
  return transition(event) ?? state;
}
