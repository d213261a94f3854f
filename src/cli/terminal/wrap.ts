import { widthOf } from "./width.ts";

/**
 * Breaks a line at spaces so that it fits a terminal. Its first part begins at column `start`, the others at `indent`. A word that
 * is longer than a line is left for the terminal to break, so that an address can still be copied in one piece.
 */
export function wrap(line: string, columns: number, start: number, indent: number): string {
  if (start + widthOf(line) <= columns) return line;
  let text = "";
  let column = start;
  for (const [index, word] of line.split(" ").entries()) {
    const width = widthOf(word);
    const space = index === 0 ? 0 : 1;
    if (column + space + width > columns && column > indent) {
      text += `\n${" ".repeat(indent)}${word}`;
      column = indent + width;
    } else {
      text += " ".repeat(space) + word;
      column += space + width;
    }
    if (column > columns) column %= columns;
  }
  return text;
}
