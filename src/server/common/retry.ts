/** How `retry` repeats an attempt. */
export interface RetryOptions {
  /** After this time, the next failure is final. */
  readonly timeoutMs: number;
  /** The mean pause between attempts. Each pause differs from it by up to half, so that nodes do not retry in step. */
  readonly pauseMs: number;
  /** Whether a later attempt may succeed after this error. */
  readonly mayPass: (error: unknown) => boolean;
  /** Called once, before the first pause. */
  readonly onFirstFailure?: (error: unknown) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Repeats an attempt until it succeeds. Throws its last error, or the reason of `signal` if that is aborted. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { timeoutMs, pauseMs, mayPass, onFirstFailure, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error) || performance.now() >= deadline) throw error;
      if (isFirst) onFirstFailure?.(error);
      await pause(pauseMs * (0.5 + Math.random()), signal);
      signal?.throwIfAborted();
    }
  }
}

/** Resolves after a time, or at once when the signal is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
