import { graphemesOf, widthOf } from "./width.ts";

/**
 * Breaks a line at spaces so that it fits `columns`. The first row begins at column `start`, the others at `indent`. A
 * word longer than a row is broken between characters, as Chinese needs it. An ASCII word, such as an address, is not
 * broken, so that it can be copied in one piece.
 */
export function wrap(line: string, columns: number, start: number, indent: number): string {
  if (start + widthOf(line) <= columns) return line;
  let text = "";
  let column = start;
  const add = (part: string, space: string) => {
    const width = widthOf(part);
    const breaks = column + space.length + width > columns && column > indent;
    text += (breaks ? `\n${" ".repeat(indent)}` : space) + part;
    column = breaks ? indent + width : column + space.length + width;
  };
  for (const [index, word] of line.split(" ").entries()) {
    const space = index === 0 ? "" : " ";
    if (indent + widthOf(word) <= columns) add(word, space);
    else if (isAddress(word)) {
      text += space + word;
      column = (column + space.length + word.length) % columns;
    } else {
      for (const [at, grapheme] of graphemesOf(word).entries()) add(grapheme, at === 0 ? space : "");
    }
  }
  return text;
}

function isAddress(word: string): boolean {
  return /^[\u0021-\u007e]+$/.test(word);
}
