import { setTimeout as sleep } from "node:timers/promises";
import { StoreUnavailable } from "../common/storeErrors.ts";

/** The average pause between two attempts; jittered by half. */
const PAUSE_MS = 300;

/**
 * Calls `open`, and repeats that for up to `timeoutMs` while it throws `StoreUnavailable`. Throws its last error, or
 * the reason of `signal` if that is aborted.
 */
export async function waitForStore<T>(open: () => Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  const deadlineAt = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || performance.now() >= deadlineAt) throw error;
      await sleep(PAUSE_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      signal?.throwIfAborted();
    }
  }
}
