import type { Outcome, RoomEvent, User } from "../../client/index.ts";
import type { Exit } from "../exit.ts";

/** Anything that is ever shown: what happens in the room, what became of a command, and what the program itself has to say. */
export type Item =
  | RoomEvent
  | Outcome
  /** The first screen. */
  | { readonly kind: "start"; readonly server: string }
  /** We are in. */
  | { readonly kind: "signedIn"; readonly username: string; readonly expiresAt: Date; readonly created: boolean }
  /** Who is online: all of them, or the first of them. */
  | { readonly kind: "list"; readonly users: readonly User[]; readonly total: number }
  /** A command that was typed while the connection is lost, and is kept. */
  | { readonly kind: "held"; readonly line: string }
  /** A session was ended. */
  | { readonly kind: "loggedOut"; readonly username: string }
  /** We want to leave, but so many commands wait for the connection to come back. */
  | { readonly kind: "leaving"; readonly pending: number }
  /** Something failed. Usage of the first screen: what can be typed there. */
  | {
      readonly kind: "error";
      readonly message: string;
      readonly reason?: string;
      readonly retryAfterMs?: number;
      readonly usage?: readonly Usage[];
      /** Set where it ends the program. */
      readonly exitCode?: Exit;
    };

/** A command and what it does. */
export interface Usage {
  readonly usage: string;
  readonly summary: string;
}

/** What can be typed on the first screen. */
export const FIRST_COMMANDS: readonly Usage[] = [
  { usage: "regist NAME [PASSWORD]", summary: "make an account and come in" },
  { usage: "login NAME [PASSWORD]", summary: "come in with your account" },
];
