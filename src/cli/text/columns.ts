import { widthOf } from "./width.ts";
import { type Sheet, wrap } from "./wrap.ts";

const MARGIN = "  ";

/** A command, and the text beside it. */
interface Row {
  readonly usage: string;
  readonly summary: string;
}

/** Names in as many columns as fit, filled from the top down. `painted`: the same names with their colours. */
export function columns(names: readonly string[], painted: readonly string[], { width }: Pick<Sheet, "width">): string {
  const cell = Math.max(0, ...names.map(widthOf)) + MARGIN.length;
  const across = Math.max(1, Math.floor((width - MARGIN.length) / cell));
  const down = Math.ceil(names.length / across);
  const lines: string[] = [];
  for (let row = 0; row < down; row++) {
    let line = "";
    let gap = MARGIN;
    for (let index = row; index < names.length; index += down) {
      line += gap + painted[index];
      gap = " ".repeat(cell - widthOf(names[index] ?? ""));
    }
    lines.push(line);
  }
  return lines.join("\n");
}

/** Commands, each with its summary beside it. On a narrow terminal the summary is below. */
export function rows(commands: readonly Row[], sheet: Sheet): string {
  const left = Math.max(0, ...commands.map(({ usage }) => widthOf(usage))) + 2 * MARGIN.length;
  const narrow = sheet.width - left < 16;
  const lines = commands.map(({ usage, summary }) => {
    const indent = narrow ? 2 * MARGIN.length : left;
    const gap = narrow ? `\n${" ".repeat(indent)}` : " ".repeat(left - MARGIN.length - widthOf(usage));
    return MARGIN + usage + gap + wrap(summary, sheet, indent, indent);
  });
  return lines.join("\n");
}
