import { Status } from "nice-grpc";
import type { BackoffOptions } from "./backoff.ts";
import type { Start } from "./cursor.ts";
import { ChatError } from "./errors.ts";

/** How to enter the room. */
export interface RoomOptions extends Start {
  /** The session's. */
  token: string;
  /** How many events may wait to be taken. Default 1,024. When so many do, nothing more is taken from the connection. */
  maxEvents?: number;
  /** How many commands may wait for their answers. Default 256. A command past that throws a `ChatError`. */
  maxPending?: number;
  /** Give up when the server was not reached once within this time, in milliseconds. Default: never. */
  firstConnectMs?: number;
  /** The waits between attempts. */
  backoff?: BackoffOptions;
  /** Aborts the room, as `abort()` does. */
  signal?: AbortSignal;
}

const MAX_UINT32 = 2 ** 32 - 1;
const MAX_UINT64 = 2n ** 64n - 1n;

/** Throws a `ChatError` for options that could never be sent: a room would try again for ever. */
export function checkRoomOptions({ resumeAfter = 0n, recent = 0, maxEvents = 1, maxPending = 1 }: RoomOptions): void {
  if (resumeAfter < 0n || resumeAfter > MAX_UINT64) refuse("resumeAfter", resumeAfter, "a cursor from 0n on");
  if (!isWhole(recent, 0)) refuse("recent", recent, "a whole number from 0 on");
  if (!isWhole(maxEvents, 1)) refuse("maxEvents", maxEvents, "a whole number from 1 on");
  if (!isWhole(maxPending, 1)) refuse("maxPending", maxPending, "a whole number from 1 on");
}

function isWhole(value: number, min: number): boolean {
  return Number.isInteger(value) && value >= min && value <= MAX_UINT32;
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new ChatError(Status.INVALID_ARGUMENT, `${name} is ${value}; it must be ${wanted}.`);
}
