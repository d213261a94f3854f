/**
 * Whether a text has at most `max` bytes in UTF-8. Call this for a text from a client before you normalize, fold, split
 * or match the text: `String.normalize` is quadratic in combining marks, and 64 KB of them block the event loop for
 * half a second.
 */
export function hasAtMostBytes(text: string, max: number): boolean {
  // A UTF-16 unit has at least one byte in UTF-8, so nothing needs to be counted in a text with too many units.
  return text.length <= max && Buffer.byteLength(text) <= max;
}
