import { ChatError, Status } from "../client/index.ts";

/** The program's exit codes. */
export const Exit = {
  FINE: 0,
  /** The server said no: a taken name, a wrong password, in a script a command that was rejected. Or the server, a backup, a restore: it cannot be done. Or `health`: no. */
  REFUSED: 1,
  /** A wrong flag or setting, a wrong command on the first screen, in a script a line that is no command. */
  USAGE: 2,
  /** No Obrolan server answered. */
  UNREACHED: 3,
  /** Standard input could not be read, or something that was printed could not be written. */
  BROKEN_STREAM: 4,
} as const;

/** An exit code. */
export type Exit = (typeof Exit)[keyof typeof Exit];

/** What gRPC says where something else than an Obrolan server answered, or nothing at all. */
const UNREACHED = new Set<Status>([
  Status.UNAVAILABLE,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.NOT_FOUND,
  Status.INTERNAL,
  Status.UNKNOWN,
]);

/** The exit code of a failed call: a refusal of an Obrolan server has a reason. */
export function exitOf(error: unknown): Exit {
  if (!(error instanceof ChatError)) throw error;
  return error.reason === undefined && UNREACHED.has(error.code) ? Exit.UNREACHED : Exit.REFUSED;
}
