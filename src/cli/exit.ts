import { ChatError, Status } from "../client/index.ts";

/** The program's exit codes. */
export const Exit = {
  FINE: 0,
  /**
   * The server refused: a taken name, a wrong password, in a script a rejected command. The server, a backup or a
   * restore failed. `health`: the server takes no calls.
   */
  REFUSED: 1,
  /** A wrong flag or setting, a wrong command on the first screen, in a script an unknown command. */
  USAGE: 2,
  /** No Obrolan server answered. */
  UNREACHED: 3,
  /** Standard input could not be read, or an output could not be written. */
  BROKEN_STREAM: 4,
  /** `obrolan wait`: no such message came in time. */
  TIMED_OUT: 5,
} as const;

/** An exit code. */
export type Exit = (typeof Exit)[keyof typeof Exit];

/** The statuses of a call that no Obrolan server answered. */
const UNREACHED = new Set<Status>([
  Status.UNAVAILABLE,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.NOT_FOUND,
  Status.INTERNAL,
  Status.UNKNOWN,
]);

/** The exit code of a failed call. An error of an Obrolan server has a reason. Rethrows any error but a `ChatError`. */
export function exitOf(error: unknown): Exit {
  if (!(error instanceof ChatError)) throw error;
  return error.reason === undefined && UNREACHED.has(error.code) ? Exit.UNREACHED : Exit.REFUSED;
}
