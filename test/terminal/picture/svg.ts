import type headless from "@xterm/headless";

type Terminal = InstanceType<typeof headless.Terminal>;
type IBufferCell = headless.IBufferCell;

const CELL_WIDTH = 8.4;
const ROW_HEIGHT = 19;
const FONT_SIZE = 14;
const MARGIN = 16;
const BAR_HEIGHT = 28;

/** A run of cells with the same look. */
interface Run {
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly look: string;
}

/**
 * The visible rows of a terminal up to the last one with text, as an SVG picture. It follows the reader's choice of a
 * dark or a light background.
 */
export function toSvg(terminal: Terminal, title: string): string {
  const rows = countRows(terminal);
  const width = Math.ceil(terminal.cols * CELL_WIDTH + 2 * MARGIN);
  const height = Math.ceil(BAR_HEIGHT + rows * ROW_HEIGHT + 2 * MARGIN);
  const lines = Array.from({ length: rows }, (_, row) =>
    runsOf(terminal, row)
      .map((run) => runSvg(run, row))
      .join(""),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` role="img" aria-label="${escapeXml(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="window" width="${width}" height="${height}" rx="8"/>`,
    ...[0, 1, 2].map((dot) => `<circle class="dot" cx="${MARGIN + dot * 18}" cy="${BAR_HEIGHT / 2 + 4}" r="5"/>`),
    ...lines.filter((line) => line !== ""),
    cursorSvg(terminal),
    "</svg>",
  ]
    .join("\n")
    .concat("\n");
}

const STYLE = `
.window{fill:#fff;stroke:#d0d7de}
.dot{fill:#d0d7de}
text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#1f2328}
.bold{font-weight:bold}
.dim{opacity:.6}
.inverse{fill:#fff}
.block{fill:#1f2328}
@media (prefers-color-scheme:dark){
.window{fill:#0d1117;stroke:#30363d}
.dot{fill:#30363d}
text{fill:#e6edf3}
.inverse{fill:#0d1117}
.block{fill:#e6edf3}
}
`.replaceAll("\n", "");

function countRows({ buffer, rows }: Terminal): number {
  const { active } = buffer;
  let count = rows;
  while (
    count > 0 &&
    active
      .getLine(active.baseY + count - 1)
      ?.translateToString(true)
      .trim() === ""
  )
    count -= 1;
  return count;
}

function cursorSvg({ buffer }: Terminal): string {
  const x = MARGIN + buffer.active.cursorX * CELL_WIDTH;
  const y = BAR_HEIGHT + MARGIN + buffer.active.cursorY * ROW_HEIGHT - FONT_SIZE;
  return `<rect class="block" x="${x.toFixed(1)}" y="${y}" width="${CELL_WIDTH}" height="${ROW_HEIGHT - 2}"/>`;
}

function runsOf(terminal: Terminal, row: number): Run[] {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.baseY + row);
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line?.getCell(column);
    // The second cell of a wide character has no width.
    if (cell === undefined || cell.getWidth() === 0) continue;
    const text = cell.getChars() || " ";
    const look = lookOf(cell);
    const last = runs.at(-1);
    // Each wide character begins at its own column, because fonts differ in the width that they give it.
    if (last?.look === look && cell.getWidth() === 1 && last.columns === [...last.text].length) {
      runs[runs.length - 1] = { ...last, columns: last.columns + 1, text: last.text + text };
    } else runs.push({ column, columns: cell.getWidth(), text, look });
  }
  return runs.filter(({ text, look }) => text.trim() !== "" || look.includes("inverse"));
}

/** The attributes of a cell, as they stand in the picture. */
function lookOf(cell: IBufferCell): string {
  const classes = [
    ...(cell.isBold() ? ["bold"] : []),
    ...(cell.isDim() ? ["dim"] : []),
    ...(cell.isInverse() ? ["inverse"] : []),
  ];
  const colour = cell.isFgDefault() ? "" : ` style="fill:${colourOf(cell)}"`;
  return (classes.length === 0 ? "" : ` class="${classes.join(" ")}"`) + colour;
}

function runSvg({ column, columns, text, look }: Run, row: number): string {
  const y = BAR_HEIGHT + MARGIN + row * ROW_HEIGHT;
  const block = look.includes("inverse")
    ? `<rect class="block" x="${at(column)}" y="${y - FONT_SIZE}" width="${wide(columns)}" height="${ROW_HEIGHT - 2}"/>`
    : "";
  const words = text.trim();
  if (words === "") return block;
  const blanks = text.length - text.trimStart().length;
  const shown = columns - (text.length - words.length);
  // The length keeps the columns, whichever font the reader has.
  const length = `textLength="${wide(shown)}" lengthAdjust="spacingAndGlyphs"`;
  return `${block}<text x="${at(column + blanks)}" y="${y}" ${length}${look}>${escapeXml(words)}</text>`;
}

function at(column: number): string {
  return (MARGIN + column * CELL_WIDTH).toFixed(1);
}

function wide(columns: number): string {
  return (columns * CELL_WIDTH).toFixed(1);
}

function colourOf(cell: IBufferCell): string {
  const colour = cell.getFgColor();
  if (cell.isFgRGB()) return `#${colour.toString(16).padStart(6, "0")}`;
  return paletteColour(colour);
}

/** The usual values of the 256 colours of a terminal. */
export function paletteColour(index: number): string {
  const basic = SIXTEEN[index];
  if (basic !== undefined) return basic;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

const SIXTEEN = [
  ..."#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5".split(" "),
  ..."#7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff".split(" "),
];

function hex(...parts: number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
