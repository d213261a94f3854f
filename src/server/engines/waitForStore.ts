import { setTimeout as sleep } from "node:timers/promises";
import { StoreUnavailable } from "../common/storeErrors.ts";

/** Between two attempts, in milliseconds, give or take half of it. */
const PAUSE = 300;

/**
 * What `open` gives, which is tried again for up to `patience` milliseconds while the store is away. Throws what it has thrown last, and
 * the reason of `signal` if that is aborted meanwhile.
 */
export async function waitForStore<T>(open: () => Promise<T>, patience: number, signal?: AbortSignal): Promise<T> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || performance.now() >= until) throw error;
      await sleep(PAUSE * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      signal?.throwIfAborted();
    }
  }
}
