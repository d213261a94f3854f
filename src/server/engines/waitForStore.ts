import { retry } from "../common/retry.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";

/** The average pause between two attempts; jittered by half. */
const PAUSE_MS = 300;

/**
 * Calls `open` until the store is available, for up to `timeoutMs`. Throws the last error of `open`, or the reason of
 * `signal` if that is aborted meanwhile.
 */
export function waitForStore<T>(open: () => Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  return retry(open, {
    timeoutMs,
    pauseMs: PAUSE_MS,
    mayPass: (error) => error instanceof StoreUnavailable,
    signal,
  });
}
