import { setTimeout as sleep } from "node:timers/promises";
import type { Recorder } from "../rig/recorder.ts";
import type { VirtualUser, VirtualUserOptions } from "../rig/virtualUser.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { within } from "../support/deadline.ts";

/**
 * The limit of each wait of the soak, in milliseconds: longer than a slow reader needs to catch up.
 */
export const DEADLINE_MS = 60_000;

/** What all scripts of a soak share. */
export interface Soak {
  readonly port: number;
  readonly recorder: Recorder;
  /** The names of all users who may be written to. */
  readonly names: readonly string[];
  /** Aborted when the scripts are to finish what they do, and send nothing more. */
  readonly closing: AbortSignal;
}

/** An account and its current session. */
export interface Account {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

/** A virtual user that goes through the soak by a script. */
export interface Script {
  readonly user: VirtualUser;
  /** Comes and goes until the soak closes. */
  run(): Promise<void>;
  /** Comes once more without sending anything new, and leaves when it has everything and all is answered. */
  finish(): Promise<void>;
  /** Closes the client for good. */
  close(): Promise<void>;
}

/** A virtual user of an account, which begins after a cursor. `client`: default the username. */
export function optionsOf(
  { username, token }: Account,
  { port, recorder }: Soak,
  resumeAfter: number,
  client = username,
): VirtualUserOptions {
  // A recipient who has just left may be offline. No other rejection of a message is right.
  const mayReject = (recipient: string, reason: string) => recipient !== "" && reason === "RECIPIENT_OFFLINE";
  return { username, token, client, port: () => port, recorder, resumeAfter, mayReject };
}

/** Waits for `ms` milliseconds, or until the soak closes. */
export async function pass(ms: number, { closing }: Soak): Promise<void> {
  await sleep(ms, undefined, { signal: closing }).catch(() => {});
}

/** Waits for a user to have caught up, and to have all its commands answered. */
export async function settled(user: { readonly client: string; settled(): Promise<void> }): Promise<void> {
  await within(user.settled(), `${user.client} to catch up and to have all commands answered`, DEADLINE_MS);
}

/** Records a violation if a stream ends before `release` is called. */
export function expectOpen(chat: ChatStream, client: string, { recorder }: Soak): { release(): void } {
  let isExpected = false;
  chat.ended.then(({ code, message, reset }) => {
    if (isExpected) return;
    recorder.violations.push(`The server ended the stream of ${client}: ${code} ${message} (reset ${reset}).`);
  });
  return {
    release: () => {
      isExpected = true;
    },
  };
}
