import type { Ruler } from "./ruler.ts";
import { sanitizeLine } from "./sanitize.ts";

/** Measuring an endless text takes long. This many characters a column are enough for letters with accents. */
const CHARACTERS_PER_COLUMN = 4;
const ASCII = /^[\u0020-\u007e]*$/;

/** The beginning of a text as one row, safe to show, that fits `columns`; with `…` at its end if it is cut. */
export function cutLine(text: string, columns: number, ruler: Ruler): string {
  const beginning = text.slice(0, CHARACTERS_PER_COLUMN * Math.max(columns, 1));
  const line = sanitizeLine(beginning);
  if (beginning === text && ruler.most(line) <= columns) return line;
  const space = columns - ruler.most("…");
  if (ASCII.test(line)) return `${line.slice(0, Math.max(space, 0))}…`;
  const cut = ruler.cut(line, beginning === text ? columns : space);
  return cut.endsWith("…") ? cut : `${cut}…`;
}
