/**
 * Limits an async function to one run in flight and one more queued. A call during a run resolves with the queued run,
 * which begins when the run in flight has ended: its result is never older than the call.
 */
export function coalesced(run: () => Promise<void>): () => Promise<void> {
  let inFlight: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  const begin = () => {
    queued = undefined;
    inFlight = run().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };
  return async () => {
    if (inFlight !== undefined) queued ??= inFlight.catch(() => {}).then(begin);
    await (queued ?? begin());
  };
}
