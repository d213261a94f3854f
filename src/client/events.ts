import type { Command, Limits } from "../gen/obrolan/v1/chat.ts";
import type { ChatError } from "./errors.ts";

/** A message as it is now: with its newest text. */
export interface Message {
  /** The message's position in the log. It is also a cursor. */
  readonly id: bigint;
  readonly sender: string;
  /** Empty: the message is for everyone. */
  readonly recipient: string;
  /** Exactly as it was sent. It may hold control characters: remove them before you show it in a terminal. */
  readonly text: string;
  readonly sentAt: Date;
  /** When the newest edit was accepted. Undefined: the message was never edited. */
  readonly editedAt: Date | undefined;
  /**
   * The id of the message that this one replies to. It may be deleted or truncated by now, or a private message of
   * others. Undefined: this one is not a reply.
   */
  readonly replyTo: bigint | undefined;
}

/** A user sent a message. */
export interface MessageEvent extends Message {
  readonly kind: "message";
  /**
   * The message is history: one of the `recent` messages, or part of a log that is read from its beginning. A program
   * that answers messages ignores it. A message that was missed while the connection was lost is not `replayed`.
   */
  readonly replayed: boolean;
}

/** The text of a message was replaced. An edit that a newer one has replaced may be missing. */
export interface EditedEvent {
  readonly kind: "edited";
  /** The edit's own position in the log. It is also a cursor. */
  readonly id: bigint;
  /** The message. The room may never have yielded it. */
  readonly messageId: bigint;
  /** The new text. */
  readonly text: string;
  readonly editedAt: Date;
  /** As in `MessageEvent`. */
  readonly replayed: boolean;
}

/** A message was deleted. */
export interface DeletedEvent {
  readonly kind: "deleted";
  /** The deletion's own position in the log. It is also a cursor. */
  readonly id: bigint;
  /** The message. The room may never have yielded it. */
  readonly messageId: bigint;
  readonly deletedAt: Date;
  /** The user who deleted it; empty: the server. */
  readonly by: string;
  /** As in `MessageEvent`. */
  readonly replayed: boolean;
}

/** The account's read marker has moved, on this device or another one. It does not move the cursor. */
export interface ReadEvent {
  readonly kind: "read";
  readonly upToId: bigint;
}

/** The replay is complete: new messages follow. Comes once after every `connected`. */
export interface CaughtUpEvent {
  readonly kind: "caughtUp";
  /** Everything up to this id has arrived. It is also a cursor. */
  readonly id: bigint;
  /** The room has caught up before. Since then nothing was missed, unless a `gap` or `logChanged` came. */
  readonly again: boolean;
}

/** Other users came online or went offline. Some changes may be missing; `list` has the current state. */
export interface PresenceEvent {
  readonly kind: "presence";
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** There were too many changes to send: call `list`. */
  readonly reset: boolean;
}

/** The server cannot replay from the cursor: the replay begins at `oldestId`. */
export interface GapEvent {
  readonly kind: "gap";
  /** The id of the oldest entry in the log. If the log is empty: the id that the next entry gets. */
  readonly oldestId: bigint;
  /**
   * Messages that the room should have received are lost. False: none are. Either the log is another or a shorter one,
   * and all of it follows; or only some of the `recent` messages are lost.
   */
  readonly missed: boolean;
}

/** The server ends the stream. `disconnected` or `closed` follows. */
export interface GoodbyeEvent {
  readonly kind: "goodbye";
  /** The contract's `Reason` without its prefix. */
  readonly reason: string;
  /** Whether the room reconnects. */
  readonly reconnect: boolean;
  /** The shortest wait before the room reconnects, in milliseconds. Undefined: the server named none. */
  readonly retryAfterMs: number | undefined;
}

/** The server accepted the stream. The replay and `caughtUp` follow. */
export interface ConnectedEvent {
  readonly kind: "connected";
  /** The user's own name, as the server writes it. */
  readonly username: string;
  readonly logId: string;
  /** The id of the newest message, edit or deletion in the log; 0: the log never had one. */
  readonly headId: bigint;
  /** The account's read marker: everything up to this id has been read, on any device. */
  readonly readUpTo: bigint;
  readonly limits: Limits;
  readonly serverVersion: string;
  /** The room was connected before. */
  readonly again: boolean;
  /**
   * The log is not the one of the previous connection: the server was restored from a backup. Discard the messages that
   * you have. The room begins again with `replayed` messages: the `recent` ones, or after a `gap` all of them.
   */
  readonly logChanged: boolean;
}

/** The connection was lost, or an attempt to connect failed. The room reconnects. */
export interface DisconnectedEvent {
  readonly kind: "disconnected";
  /** The wait before the next attempt, in milliseconds. */
  readonly willRetryInMs: number;
  /** The number of failures since the room last caught up, this one included. */
  readonly failures: number;
  readonly cause: ChatError;
}

/** Why a room is closed. */
export type Closed =
  /** By `close()`: every command was answered, and everything up to the last accepted message has arrived. */
  | { readonly kind: "left" }
  /** By `abort()` or the signal. */
  | { readonly kind: "aborted" }
  /** The server told the client not to reconnect, for example with `LOGGED_OUT`. */
  | { readonly kind: "dismissed"; readonly reason: string }
  /** The session has ended, or the token was never valid. */
  | { readonly kind: "unauthenticated"; readonly cause: ChatError }
  /** No server was reached within `firstConnectMs`. */
  | { readonly kind: "unreached"; readonly cause: ChatError };

/** The room is closed. The last event. */
export interface ClosedEvent {
  readonly kind: "closed";
  readonly why: Closed;
}

/** The events of the chat. */
export type ChatEvent =
  | MessageEvent
  | EditedEvent
  | DeletedEvent
  | ReadEvent
  | CaughtUpEvent
  | PresenceEvent
  | GapEvent
  | GoodbyeEvent;

/** The events of the connection. */
export type LifeEvent = ConnectedEvent | DisconnectedEvent | ClosedEvent;

/** All events that a room's iterator yields. */
export type RoomEvent = ChatEvent | LifeEvent;

/** The outcome of a command. */
export type Outcome =
  /**
   * The message, edit or deletion is durable; `id` is its own. `duplicate`: it was accepted before, under the same
   * `requestId`.
   */
  | {
      readonly kind: "accepted";
      readonly requestId: string;
      readonly id: bigint;
      readonly sentAt: Date;
      readonly duplicate: boolean;
    }
  /**
   * Nothing was written. If `retryAfterMs` is set, the command may succeed after it, also under the same `requestId`.
   */
  | {
      readonly kind: "rejected";
      readonly requestId: string;
      /** The contract's `Reason` without its prefix. */
      readonly reason: string;
      /** A sentence for people. */
      readonly message: string;
      readonly retryAfterMs: number | undefined;
    }
  /** The commands that a person can type. */
  | {
      readonly kind: "help";
      readonly requestId: string;
      /** The word that the server does not know as a command; empty if help was asked for. */
      readonly unknownCommand: string;
      readonly commands: readonly Command[];
    }
  /**
   * The room was closed before the answer came. Resent in another room with its `requestId`, the command is posted
   * once.
   */
  | { readonly kind: "unanswered"; readonly requestId: string };
