import type { Ruler } from "../../screen/ruler.ts";
import { sanitizeLine } from "../sanitize.ts";

/** Measuring an endless text takes long. This many characters a column are enough for letters with accents. */
const CHARACTERS_PER_COLUMN = 8;

/** The beginning of a text as one row, safe to show, that fits `columns`; with `…` at its end if it is cut. */
export function cutLine(text: string, columns: number, ruler: Ruler): string {
  const max = CHARACTERS_PER_COLUMN * Math.max(columns, 1);
  const line = ruler.cut(sanitizeLine(text.slice(0, max)), columns);
  return text.length <= max || line.endsWith("…") ? line : `${ruler.cut(line, columns - ruler.most("…"))}…`;
}
