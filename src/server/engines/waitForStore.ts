import { retry } from "../common/retry.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";

/** The average pause between two attempts. Each pause differs from it by up to half. */
const PAUSE_MS = 300;

/**
 * Repeats `open` while it throws `StoreUnavailable`, for up to `timeoutMs`. Throws the last `StoreUnavailable`, any
 * other error of `open` at once, or the reason of `signal` if that is aborted in the meantime.
 */
export function waitForStore<T>(open: () => Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  return retry(open, {
    timeoutMs,
    pauseMs: PAUSE_MS,
    mayPass: (error) => error instanceof StoreUnavailable,
    signal,
  });
}
