/** In how many parts a silence is waited for. */
const PARTS = 10;

/**
 * Calls `over` after a silence of so many milliseconds; what is returned calls that off. Behind a pause of this very
 * process its timers come before what has arrived meanwhile, so a pause counts for a part of the silence at most, and
 * what has arrived is read before anybody is blamed.
 */
export function pauseTolerantTimeout(milliseconds: number, over: () => void): () => void {
  let left = PARTS;
  let immediate: NodeJS.Immediate | undefined;
  let timer = setTimeout(function part() {
    left -= 1;
    if (left > 0) timer = setTimeout(part, milliseconds / PARTS);
    else immediate = setImmediate(over);
  }, milliseconds / PARTS);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
