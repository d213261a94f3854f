import { ChatError, Status } from "../client/index.ts";
import { Exit } from "./exitCode.ts";

export { Exit };

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
