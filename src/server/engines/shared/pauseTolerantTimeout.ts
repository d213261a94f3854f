/** Timers that a timeout consists of. */
const PARTS = 10;

/**
 * Calls `expired` after `timeoutMs` of running time. Call the result to cancel that.
 *
 * After a pause of this process (SIGSTOP, a suspended machine) Node runs expired timers before it reads what has
 * arrived. So a pause counts for one part of the timeout at most, and pending input is read before `expired` is
 * called.
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
