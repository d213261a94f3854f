/**
 * Text that a client sent may be as long as a request. What normalizes, folds, splits or matches it asks this first: `String.normalize`
 * is quadratic in combining marks, and blocks the event loop for half a second for 64 KB of them.
 */
export function hasAtMostBytes(text: string, max: number): boolean {
  // A UTF-16 unit has at least one byte in UTF-8, so a text that is far too long is not even counted.
  return text.length <= max && Buffer.byteLength(text) <= max;
}
