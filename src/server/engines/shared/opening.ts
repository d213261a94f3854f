import { retry } from "../../common/retry.ts";
import { wordsOf } from "./failures.ts";

/** The average pause between two attempts. Each pause differs from it by up to half. */
const PAUSE_MS = 300;

/** How long to wait for an unavailable database. */
export interface StartDeadline {
  /** The end of the wait, as a time of `performance.now` (milliseconds). */
  readonly deadlineAt: number;
  /** The length of the whole wait, in milliseconds, for the error message. */
  readonly timeoutMs: number;
  readonly report: (error: Error) => void;
}

/** A database that is being opened. */
export interface OpeningDatabase {
  /** Product and address, to be shown. */
  readonly name: string;
  /** Whether a later attempt may succeed after this error. */
  readonly isTransient: (error: Error) => boolean;
  /** Words an error for the operator after which waiting would not help. */
  readonly explain: (error: Error) => Error;
}

/**
 * Repeats `attempt` while a database is unavailable. Resolves with the result of `attempt`. Throws an error for the
 * operator after the timeout, and at once if waiting would not help.
 */
export async function retryUntil<T>(
  { deadlineAt, timeoutMs, report }: StartDeadline,
  { name, isTransient, explain }: OpeningDatabase,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await retry(attempt, {
      timeoutMs: deadlineAt - performance.now(),
      pauseMs: PAUSE_MS,
      mayPass: (error) => isTransient(error as Error),
      onFirstFailure: (cause) => {
        report(new Error(`${name} cannot be used yet, trying on: ${wordsOf(cause)}`, { cause }));
      },
    });
  } catch (error) {
    const failure = error as Error;
    if (!isTransient(failure)) throw explain(failure);
    throw new Error(
      `${name} cannot be used after ${Math.round(timeoutMs / 1_000)} s: ${wordsOf(failure)}. ` +
        "Is it running, and can this machine reach it?",
      { cause: failure },
    );
  }
}
