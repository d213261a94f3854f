import { sanitizeLine } from "../../text/sanitize.ts";
import { type Sheet, wrap } from "../../text/wrap.ts";
import type { Style } from "../style.ts";

/** The most characters of a sentence of the server. */
const MAX_SENTENCE = 1_000;

/** Makes the text of a note: a sentence of the program, after a dot at the margin. */
export type MakeNote = (text: string, sheet: Sheet) => string;

/** The notes of a style. */
export function notesIn({ quiet }: Style): MakeNote {
  return (text, sheet) => quiet(wrap(`· ${sanitizeLine(text)}`, sheet, 0, 2));
}

/** A sentence of the server or of the client library, safe to show and not endless. */
export function sentence(text: string): string {
  return sanitizeLine(text.length > MAX_SENTENCE ? `${text.slice(0, MAX_SENTENCE)}…` : text);
}
