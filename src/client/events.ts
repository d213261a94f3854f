import type { Command, Limits } from "../gen/obrolan/v1/chat.ts";
import type { ChatError } from "./errors.ts";

/** Something somebody said. */
export interface MessageEvent {
  readonly kind: "message";
  /** Its place in the log, and a cursor. */
  readonly id: bigint;
  readonly sender: string;
  /** Empty: everyone. */
  readonly recipient: string;
  /** Exactly as it was sent. It may hold control characters: take care where you show it. */
  readonly text: string;
  readonly sentAt: Date;
  /**
   * It was said before the room began: one of the `recent` messages, or part of a log that is read from its beginning.
   * A program that answers messages leaves these alone. Messages that were missed while the connection was lost are not
   * replayed: they are new.
   */
  readonly replayed: boolean;
}

/** The replay is over: what follows is live. Once after every `connected`. */
export interface CaughtUpEvent {
  readonly kind: "caughtUp";
  /** Everything up to this id has come. A cursor. */
  readonly id: bigint;
  /**
   * This is not the first time in this room. Nothing was missed meanwhile, unless a `gap` or `logChanged` came since.
   */
  readonly again: boolean;
}

/** Others who came and went. A hint; `list` has the truth. */
export interface PresenceEvent {
  readonly kind: "presence";
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Too much has changed to tell: ask `list`. */
  readonly reset: boolean;
}

/** What was asked for cannot be had: the replay begins at `oldestId`. */
export interface GapEvent {
  readonly kind: "gap";
  /** The id of the oldest message kept, or of the next one where there is none. */
  readonly oldestId: bigint;
  /** Messages after the cursor are gone. False: none are, the log is another one or shorter, and all of it follows. */
  readonly missed: boolean;
}

/** The server ends the stream. `disconnected` or `closed` follows. */
export interface GoodbyeEvent {
  readonly kind: "goodbye";
  /** The contract's `Reason` without its prefix. */
  readonly reason: string;
  /** The room comes back by itself. */
  readonly reconnect: boolean;
  /** In milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** The server has let us in. The replay and `caughtUp` follow. */
export interface ConnectedEvent {
  readonly kind: "connected";
  /** Who we are, as the room writes it. */
  readonly username: string;
  readonly logId: string;
  /** The id of the newest message in the log; 0: there never was one. */
  readonly headId: bigint;
  readonly limits: Limits;
  readonly serverVersion: string;
  /** This is not the first time in this room. */
  readonly again: boolean;
  /**
   * The log is another one than before (the server was restored from a backup): forget the messages that you have. What
   * was asked for when entering follows again, with `replayed` set: the `recent` messages, or after a `gap` everything.
   */
  readonly logChanged: boolean;
}

/** The connection was lost, or could not be made. The room tries again by itself. */
export interface DisconnectedEvent {
  readonly kind: "disconnected";
  /** In milliseconds. */
  readonly willRetryInMs: number;
  /** How many times it has failed since it last caught up, this time included. */
  readonly failures: number;
  readonly cause: ChatError;
}

/** Why a room is closed for good. */
export type Closed =
  /** `close()`: everything was answered, and came. */
  | { readonly kind: "left" }
  /** `abort()`, or the signal. */
  | { readonly kind: "aborted" }
  /** The server said not to come back, for instance with `LOGGED_OUT`. */
  | { readonly kind: "dismissed"; readonly reason: string }
  /** The token is worth nothing (any more). */
  | { readonly kind: "unauthenticated"; readonly cause: ChatError }
  /** The server was not reached within `firstConnectMs`. */
  | { readonly kind: "unreached"; readonly cause: ChatError };

/** The room is closed. The last event. */
export interface ClosedEvent {
  readonly kind: "closed";
  readonly why: Closed;
}

/** What happens in the room. */
export type ChatEvent = MessageEvent | CaughtUpEvent | PresenceEvent | GapEvent | GoodbyeEvent;

/** What happens to the connection. */
export type LifeEvent = ConnectedEvent | DisconnectedEvent | ClosedEvent;

/** Everything that a room's iterator gives. */
export type RoomEvent = ChatEvent | LifeEvent;

/** What became of a command. */
export type Outcome =
  /** The message is durable. `duplicate`: it had been accepted before, under the same `requestId`. */
  | {
      readonly kind: "accepted";
      readonly requestId: string;
      readonly id: bigint;
      readonly sentAt: Date;
      readonly duplicate: boolean;
    }
  /** Nothing was written. `retryAfterMs` set: the same may succeed then, under the same `requestId` too. */
  | {
      readonly kind: "rejected";
      readonly requestId: string;
      /** The contract's `Reason` without its prefix. */
      readonly reason: string;
      /** For people. */
      readonly message: string;
      readonly retryAfterMs: number | undefined;
    }
  /** The commands that a person can type. */
  | {
      readonly kind: "help";
      readonly requestId: string;
      /** What was typed in the place of a command; empty where it was one. */
      readonly unknownCommand: string;
      readonly commands: readonly Command[];
    }
  /** The room was closed before an answer came. Sent again in another room with its `requestId`, it is posted once. */
  | { readonly kind: "unanswered"; readonly requestId: string };
