const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Splits a text into what a reader sees as one character: a letter with its accents, a joined emoji. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The end of the grapheme that begins at an index, or that the index is in. */
export function nextBoundary(text: string, index: number): number {
  if (index >= text.length) return text.length;
  return isAscii(text, index) && isAscii(text, index + 1) ? index + 1 : graphemeAt(text, index).end;
}

/** The beginning of the grapheme before an index, or of the one that the index is in. */
export function previousBoundary(text: string, index: number): number {
  if (index <= 0) return 0;
  return isAscii(text, index - 1) && isAscii(text, index - 2) ? index - 1 : graphemeAt(text, index - 1).start;
}

/** The first boundary between graphemes that is not before an index. */
export function boundaryFrom(text: string, index: number): number {
  return isBoundary(text, index) ? index : graphemeAt(text, index).end;
}

/** The last boundary between graphemes that is not after an index. */
export function boundaryUpTo(text: string, index: number): number {
  return isBoundary(text, index) ? index : graphemeAt(text, index).start;
}

function isBoundary(text: string, index: number): boolean {
  if (isAscii(text, index - 1) && isAscii(text, index)) return true;
  return graphemeAt(text, index).start === index;
}

/** Between two ASCII characters is always a boundary, except in `\r\n`, which no text in the editor has. */
function isAscii(text: string, index: number): boolean {
  return index < 0 || index >= text.length || text.charCodeAt(index) < 0x80;
}

/**
 * The grapheme that contains the character at an index. Segments only the line of the character: `\n` is a grapheme of
 * its own, and `containing` looks only at the text near its index.
 */
function graphemeAt(text: string, index: number): { readonly start: number; readonly end: number } {
  if (text[index] === "\n") return { start: index, end: index + 1 };
  const lineStart = text.lastIndexOf("\n", index) + 1;
  const newline = text.indexOf("\n", index);
  const line = text.slice(lineStart, newline < 0 ? text.length : newline);
  const found = segmenter.segment(line).containing(index - lineStart);
  if (found === undefined) return { start: index, end: Math.min(index + 1, text.length) };
  const start = lineStart + found.index;
  return { start, end: start + found.segment.length };
}
