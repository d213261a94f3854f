const LINE_END = /\r\n?/g;
/** All control characters but line ends and tabs. */
const CONTROLS = /(?![\n\t])\p{Cc}/gu;

/** A text for the input: its lines end with `\n`, and it has no control characters but tabs. U+2028 ends no line. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(LINE_END, "\n").replace(CONTROLS, "");
}

/** The same for typed characters, among which are no line ends and tabs: those are keys. */
export function cleanTyped(text: string): string {
  return cleanText(text).replace(/[\n\t]/g, "");
}

/** The same for a text that must be on one line: a line end or a tab becomes a blank. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\n\t]/g, " ");
}
