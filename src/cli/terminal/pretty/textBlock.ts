import { sanitizeLines } from "../../text/sanitize.ts";
import { type Sheet, wrap } from "../../text/wrap.ts";

/** The column at which a text begins, and below which no row of it begins: after the time of its message. */
export const INDENT = 6;

const MARGIN = " ".repeat(INDENT);

/** A text that a user wrote, and what stands around it. */
export interface TextBlock {
  /** What stands before the text: as it is, and painted. */
  readonly head: { readonly plain: string; readonly painted: string };
  readonly text: string;
  /** Stands after the text, for example `(edited)`; empty: nothing. Painted by `quiet`. */
  readonly end: string;
  /** The most lines of the text that are shown. */
  readonly maxLines: number;
  /** The row that stands for the lines that are left out. Painted by `quiet`. */
  readonly moreLines: (count: number) => string;
  /** Paints parts of the text, after it is made safe and broken into rows. */
  readonly paint: (text: string) => string;
  readonly quiet: (text: string) => string;
}

/**
 * Lays out a text after its head. Heads begin at the left margin and no row of a text does, so that a text cannot look
 * like the message of another user or of the program. A long head has a line of its own if it would leave too little
 * space.
 */
export function layOut({ head, text, end, maxLines, moreLines, paint, quiet }: TextBlock, sheet: Sheet): string {
  const { width, ruler } = sheet;
  const headWidth = ruler.most(head.plain);
  const isBelow = headWidth > width / 2;
  const start = isBelow ? INDENT : headWidth;
  const lines = sanitizeLines(text);
  const [first = "", ...others] = lines.slice(0, maxLines);
  const rows = [wrap(first, sheet, start, INDENT), ...others.map((line) => MARGIN + wrap(line, sheet, INDENT, INDENT))];
  let body = rows.join("\n");
  const lastRow = body.slice(body.lastIndexOf("\n") + 1);
  const endsAt = ruler.most(lastRow) + (lastRow === body ? start : 0);
  body = paint(body);
  const left = lines.length - maxLines;
  if (left > 0) {
    body += `\n${MARGIN}${quiet(wrap(`${moreLines(left)} ${end}`.trimEnd(), sheet, INDENT, INDENT))}`;
  } else if (end !== "") {
    const fits = endsAt + 1 + ruler.most(end) <= width;
    body += `${fits ? " " : `\n${MARGIN}`}${quiet(end)}`;
  }
  return isBelow ? `${head.painted.trimEnd()}\n${MARGIN}${body}` : head.painted + body;
}

/** Puts a mark before every row. */
export function withMark(mark: string, rows: string): string {
  return rows.replace(/^/gm, () => mark);
}
