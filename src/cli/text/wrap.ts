import { graphemesOf } from "./graphemes.ts";
import type { Ruler } from "./ruler.ts";

/** What rows are laid out for. */
export interface Sheet {
  /** The columns of the terminal. */
  readonly width: number;
  readonly ruler: Ruler;
}

/**
 * Breaks a line at spaces so that it fits the sheet, whatever width the terminal gives its characters. The first row
 * begins at column `start`, the others at `indent`. A word longer than a row is broken between characters, as Chinese
 * needs it. An ASCII word, such as an address, is not broken, so that it can be copied in one piece: the terminal breaks
 * it. The next word then has a row of its own, so that no text of two words stands left of the indent.
 */
export function wrap(line: string, { width, ruler }: Sheet, start: number, indent: number): string {
  if (start + ruler.most(line) <= width) return line;
  const margin = `\n${" ".repeat(indent)}`;
  let text = "";
  let column = start;
  let mustBreak = false;
  const add = (part: string, space: string) => {
    if (mustBreak && part === "") return;
    const columns = ruler.most(part);
    const breaks = mustBreak || (column + space.length + columns > width && column > indent);
    text += (breaks ? margin : space) + part;
    column = breaks ? indent + columns : column + space.length + columns;
    mustBreak = false;
  };
  for (const [index, word] of line.split(" ").entries()) {
    const space = index === 0 ? "" : " ";
    if (indent + ruler.most(word) <= width) add(word, space);
    else if (isAddress(word)) {
      text += (mustBreak ? margin : space) + word;
      mustBreak = true;
    } else {
      for (const [at, part] of partsOf(word, { width: width - indent, ruler }).entries())
        add(part, at === 0 ? space : "");
    }
  }
  return text;
}

function isAddress(word: string): boolean {
  return /^[\u0021-\u007e]+$/.test(word);
}

/** The graphemes of a word. One that may be wider than the sheet is split between its code points. */
function partsOf(word: string, { width, ruler }: Sheet): string[] {
  return graphemesOf(word).flatMap((grapheme) => (ruler.most(grapheme) > width ? Array.from(grapheme) : [grapheme]));
}
