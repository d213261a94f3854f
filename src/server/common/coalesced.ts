/**
 * Limits an async function to one run in flight and one more queued. A call during a run settles with the queued run,
 * which begins when the run in flight has ended. So every call settles with a run that began after the call.
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
