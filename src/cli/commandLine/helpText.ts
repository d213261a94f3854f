import { type Entry, GROUPS } from "./entry.ts";
import { type Flag, flagsOf, notesOf, termOf } from "./flags.ts";

/** A term and what it means. */
type Row = readonly [term: string, meaning: string];

const MARGIN = "  ";
/** A term that is wider has a row of its own. */
const MAX_TERM_COLUMNS = 36;
/** The fewest columns of a meaning beside its term. */
const MIN_MEANING_COLUMNS = 24;

/** The help of a command, at most `width` columns wide where words allow it. Ends with a line break. */
export function helpText(entry: Entry, entries: readonly Entry[], width: number): string {
  const isProgram = entry.name === "";
  const about = isProgram ? entry.summary : `${capitalized(entry.summary)}. ${entry.details}`.trimEnd();
  const commands = GROUPS.flatMap((group) => {
    const listed = entries.filter((other) => other.group === group && other.name !== "");
    return section(
      `${group}:`,
      listed.map((other): Row => [synopsisOf(other), other.summary]),
      width,
    );
  });
  return [
    ...usageLines(entry),
    "",
    ...wrapWords(about, width),
    ...section(
      "Examples:",
      entry.examples.map(({ line, summary }): Row => [line, summary]),
      width,
    ),
    ...(isProgram ? commands : []),
    ...section(
      "Arguments:",
      entry.arguments.map(({ name, summary }): Row => [name, summary]),
      width,
    ),
    ...section(
      "Flags:",
      flagsOf(entry).map((flag): Row => [termOf(flag), flagMeaning(flag)]),
      width,
    ),
    "",
    ...wrapWords(isProgram ? "obrolan COMMAND --help says more about a command." : "", width),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

/** A command with its arguments, such as `backup FILE`. */
export function synopsisOf({ name, arguments: args }: Entry): string {
  const shown = args.map((argument) => {
    const dots = argument.isRepeated ? "..." : "";
    return argument.isRequired ? `${argument.name}${dots}` : `[${argument.name}${dots}]`;
  });
  return [name, ...shown].filter((part) => part !== "").join(" ");
}

function usageLines(entry: Entry): string[] {
  const own = `Usage: obrolan ${synopsisOf(entry)} [FLAGS]`;
  return entry.name === "" ? [own, "       obrolan COMMAND [ARGUMENTS] [FLAGS]"] : [own];
}

function flagMeaning(flag: Flag): string {
  const notes = notesOf(flag);
  return notes === "" ? flag.summary : `${flag.summary} (${notes})`;
}

function section(title: string, rows: readonly Row[], width: number): string[] {
  if (rows.length === 0) return [];
  const terms = rows.map(([term]) => term.length).filter((length) => length <= MAX_TERM_COLUMNS);
  const indent = MARGIN.length + Math.max(0, ...terms) + MARGIN.length;
  const isNarrow = width - indent < MIN_MEANING_COLUMNS;
  const lines = rows.flatMap(([term, meaning]) => {
    const left = isNarrow ? 2 * MARGIN.length : indent;
    const isBeside = !isNarrow && MARGIN.length + term.length + MARGIN.length <= indent;
    const [first = "", ...others] = wrapWords(meaning, width - left);
    const below = [first, ...others].map((line) => " ".repeat(left) + line);
    if (!isBeside) return [MARGIN + term, ...below];
    return [`${MARGIN}${term}`.padEnd(left) + first, ...below.slice(1)];
  });
  return ["", title, ...lines];
}

/** Breaks a text at its spaces. A word that is wider than the width has a line of its own. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A text with a capital at its beginning. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
