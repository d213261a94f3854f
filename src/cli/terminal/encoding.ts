/** The encoding of a script, judged by its first bytes. */
export type Sniffed =
  /** UTF-8; `skip`: the length of its byte-order mark in bytes. */
  | { readonly kind: "utf8"; readonly skip: number }
  | { readonly kind: "other"; readonly encoding: "UTF-16" | "UTF-32" }
  /** More bytes are needed. */
  | { readonly kind: "unknown" };

const UTF8_MARK = [0xef, 0xbb, 0xbf];

/**
 * Tells UTF-8 from UTF-16 and UTF-32, which editors and shells on Windows write. Without a byte-order mark it relies on
 * the first character of a script being ASCII. It never needs more bytes than the shortest line has, so that it decides
 * before a program that writes the script waits for an answer. `isWhole`: no more bytes follow.
 */
export function sniff(bytes: Uint8Array, isWhole: boolean): Sniffed {
  const [a, b, c, d] = bytes;
  const needsMore = (needed: number) => !isWhole && bytes.length < needed;
  if (a === undefined || (a !== 0x0a && needsMore(2))) return isWhole ? { kind: "utf8", skip: 0 } : { kind: "unknown" };
  if (a === 0xff && b === 0xfe) {
    if (needsMore(4)) return { kind: "unknown" };
    return { kind: "other", encoding: c === 0 && d === 0 ? "UTF-32" : "UTF-16" };
  }
  // No text begins with four zero bytes.
  if (a === 0 && b === 0 && c === 0 && d === 0) return { kind: "utf8", skip: 0 };
  if (a === 0 && b === 0) return needsMore(4) ? { kind: "unknown" } : { kind: "other", encoding: "UTF-32" };
  if ((a === 0xfe && b === 0xff) || a === 0 || b === 0) return { kind: "other", encoding: "UTF-16" };
  if (a !== UTF8_MARK[0] || b !== UTF8_MARK[1]) return { kind: "utf8", skip: 0 };
  if (needsMore(3)) return { kind: "unknown" };
  return { kind: "utf8", skip: c === UTF8_MARK[2] ? UTF8_MARK.length : 0 };
}
