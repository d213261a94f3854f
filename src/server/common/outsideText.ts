/**
 * Whether a text has at most so many bytes of UTF-8. Check a text from a client with this before normalizing, folding,
 * splitting or matching it: `String.normalize` is quadratic in combining marks, and 64 KB of them block the event loop
 * for half a second.
 */
export function hasAtMostBytes(text: string, max: number): boolean {
  // A UTF-16 unit has at least one byte in UTF-8, so the bytes of a far too long text need not be counted.
  return text.length <= max && Buffer.byteLength(text) <= max;
}
