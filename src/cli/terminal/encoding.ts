/** What the first bytes of a script say of its encoding. */
export type Sniffed =
  /** UTF-8, perhaps behind a byte-order mark of so many bytes. */
  | { readonly kind: "utf8"; readonly skip: number }
  | { readonly kind: "other"; readonly encoding: "UTF-16" | "UTF-32" }
  /** More bytes are needed. */
  | { readonly kind: "unknown" };

const MARK = [0xef, 0xbb, 0xbf];

/**
 * Tells UTF-8 from what editors and shells on Windows write: UTF-16 and UTF-32, with their byte-order mark or, as their first character is
 * ASCII, without. No more bytes are waited for than a line can do without.
 */
export function sniff(bytes: Uint8Array, isWhole: boolean): Sniffed {
  const [a, b, c, d] = bytes;
  const waits = (needed: number) => !isWhole && bytes.length < needed;
  if (a === undefined || (a !== 0x0a && waits(2))) return isWhole ? { kind: "utf8", skip: 0 } : { kind: "unknown" };
  if (a === 0xff && b === 0xfe) {
    if (waits(4)) return { kind: "unknown" };
    return { kind: "other", encoding: c === 0 && d === 0 ? "UTF-32" : "UTF-16" };
  }
  if (a === 0 && b === 0) return waits(4) ? { kind: "unknown" } : { kind: "other", encoding: "UTF-32" };
  if ((a === 0xfe && b === 0xff) || a === 0 || b === 0) return { kind: "other", encoding: "UTF-16" };
  if (a !== MARK[0] || b !== MARK[1]) return { kind: "utf8", skip: 0 };
  if (waits(3)) return { kind: "unknown" };
  return { kind: "utf8", skip: c === MARK[2] ? MARK.length : 0 };
}
