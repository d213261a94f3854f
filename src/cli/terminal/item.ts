import type { Message, Outcome, RoomEvent, User } from "../../client/index.ts";
import { CATALOGUES } from "../catalogue/index.ts";
import type { Exit } from "../exitCode.ts";

/** Everything that a terminal can show: events of the room, outcomes of commands, and messages of the program. */
export type Item =
  | RoomEvent
  | Outcome
  /** The first screen. */
  | { readonly kind: "start"; readonly server: string }
  /** The user has signed in; `kept`: with a session of an earlier start. `expiresAt` is not known of every session. */
  | {
      readonly kind: "signedIn";
      readonly username: string;
      readonly expiresAt?: Date;
      readonly created: boolean;
      readonly kept?: boolean;
    }
  /** The users who are online, in order of name. If there are too many, only the first of them. */
  | { readonly kind: "list"; readonly users: readonly User[]; readonly total: number }
  /**
   * A page of earlier messages, the oldest first; `peer`: those between the user and this one; `around`: the id of the
   * message that the user asked for.
   */
  | {
      readonly kind: "history";
      readonly peer: string;
      readonly around?: bigint;
      readonly messages: readonly Message[];
      readonly mayHaveOlder: boolean;
    }
  /** A page of the messages that a search found, the oldest first; `continued`: a page before it had newer ones. */
  | {
      readonly kind: "search";
      readonly query: string;
      readonly messages: readonly Message[];
      readonly mayHaveOlder: boolean;
      readonly continued: boolean;
    }
  /** A line of a person that was refused, or whose call failed. */
  | {
      readonly kind: "notSent";
      readonly line: string;
      readonly message: string;
      readonly reason?: string;
      /** What a script is told in place of this item. */
      readonly outcome?: Item;
    }
  /** The messages after this are new since the account's read marker. */
  | { readonly kind: "unreadBegins" }
  /** Before the messages that follow there are earlier ones, which `history` shows. */
  | { readonly kind: "earlierExist" }
  /** A sentence of the program, for example the answer to a command that changes a setting. */
  | { readonly kind: "note"; readonly text: string }
  /** A command that was typed while the connection is lost. It is sent later. */
  | { readonly kind: "held"; readonly line: string }
  /** The session was ended. */
  | { readonly kind: "loggedOut"; readonly username: string }
  /** The user wants to leave, but `pending` commands wait for the connection. */
  | { readonly kind: "leaving"; readonly pending: number }
  /** A failure. */
  | {
      readonly kind: "error";
      readonly message: string;
      readonly reason?: string;
      readonly retryAfterMs?: number;
      /** The commands that can be typed instead. */
      readonly usage?: readonly Usage[];
      /** Set if the failure ends the program. */
      readonly exitCode?: Exit;
    };

/** A command, and its summary. */
export interface Usage {
  readonly usage: string;
  readonly summary: string;
}

/** The commands of the first screen, in English. */
export const FIRST_COMMANDS: readonly Usage[] = CATALOGUES.en.messages.firstCommands;
