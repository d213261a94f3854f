/** The number of timers, one after another, that make up a timeout. */
const PARTS = 10;

/**
 * Calls `expired` after `timeoutMs` of running time. Returns a function that cancels the timeout.
 *
 * After a pause of this process (SIGSTOP, a suspended machine) Node runs expired timers before it reads pending input.
 * Here a pause counts for at most one part of the timeout, and Node reads pending input before `expired` is called.
 */
export function pauseTolerantTimeout(timeoutMs: number, expired: () => void): () => void {
  let left = PARTS;
  let immediate: NodeJS.Immediate | undefined;
  let timer = setTimeout(function part() {
    left -= 1;
    if (left > 0) timer = setTimeout(part, timeoutMs / PARTS);
    else immediate = setImmediate(expired);
  }, timeoutMs / PARTS);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
