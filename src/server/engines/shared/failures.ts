import { StoreUnavailable } from "../../common/storeErrors.ts";

/** The error of a call that has changed nothing. */
export function unavailable(error: unknown): StoreUnavailable {
  return error instanceof StoreUnavailable ? error : new StoreUnavailable(wordsOf(error), { cause: error });
}

/** The message of an error. Node's error for a host with several addresses has no message itself. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(wordsOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
