import { ChatError, Status } from "../client/index.ts";

/** The program's exit codes. */
export const Exit = {
  FINE: 0,
  /** The server said no: a taken name, a wrong password, in a script a command that was rejected. */
  REFUSED: 1,
  /** A wrong flag or setting, a wrong command on the first screen, in a script a line that is no command. */
  USAGE: 2,
  /** No Obrolan server answered. */
  UNREACHED: 3,
} as const;

/** An exit code. */
export type Exit = (typeof Exit)[keyof typeof Exit];

/** The exit code of a failed call: an Obrolan server gives a reason, whoever else is in between does not. */
export function exitOf(error: unknown): Exit {
  if (!(error instanceof ChatError)) throw error;
  return error.reason === undefined && error.code !== Status.UNAUTHENTICATED ? Exit.UNREACHED : Exit.REFUSED;
}
