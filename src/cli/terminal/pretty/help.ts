import { nearest } from "../../../config/index.ts";
import { editDistance } from "../../../shared/editDistance.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import { rows } from "../../text/columns.ts";
import { cutLine } from "../../text/cutLine.ts";
import { sanitizeLine } from "../../text/sanitize.ts";
import { type Sheet, wrap } from "../../text/wrap.ts";
import type { Usage } from "../item.ts";
import type { Style } from "../style.ts";
import { sentence } from "./notes.ts";

type Words = Catalogue["messages"];

/** The most columns of a word that is not a command. */
const MAX_WORD_COLUMNS = 40;
/** The most commands of a server's help that are shown. */
const MAX_COMMANDS = 100;
/** The most characters of a word or command that are compared, because comparing takes quadratic time. */
const MAX_COMPARED = 64;
const INDENT = 2;

/** The collaborators of what is shown about commands. */
export interface HelpOptions {
  readonly style: Style;
  readonly words: Words;
  readonly sheet: Sheet;
}

/** The commands, each with its summary: the answer to `help`. */
export function helpTable(commands: readonly Usage[], { style, words, sheet }: HelpOptions): string {
  return `${style.quiet(words.youCanType)}\n${usageRows(commands, words, sheet)}`;
}

/** Commands with their summaries, in the language of `words`, as far as it has them. */
export function usageRows(commands: readonly Usage[], words: Words, sheet: Sheet): string {
  const shown = translated(commands, words).map(({ usage, summary }) => ({
    usage: cutLine(usage, sheet.width - 2 * INDENT, sheet.ruler),
    summary,
  }));
  return rows(shown, sheet);
}

/**
 * The answer to a word that is no command, in few rows, so that it does not scroll the talk away: the word, a command
 * that it may stand for, and how each command is used.
 */
export function unknownCommand(word: string, commands: readonly Usage[], { style, words, sheet }: HelpOptions): string {
  const known = commands.slice(0, MAX_COMMANDS).map(({ usage }) => wordOf(usage));
  const near = nearCommand(word, known);
  const sentences = [words.notCommand(cutLine(word, MAX_WORD_COLUMNS, sheet.ruler))];
  if (near !== undefined) sentences.push(words.didYouMean(sanitizeLine(near)));
  const usages = translated(commands, words).map(({ usage }) => cutLine(usage, sheet.width - INDENT, sheet.ruler));
  const firstRow = style.wrong(wrap(sentences.join(" "), sheet, 0, INDENT));
  return `${firstRow}\n${style.quiet(flow(words.youCanType, usages, sheet))}`;
}

/** A command that a word may be a misspelling of. A short word may differ by one letter, so that `halo` is not `help`. */
function nearCommand(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_COMPARED) return undefined;
  const maxEdits = Math.max(1, Math.floor(word.length / 3));
  return nearest(
    word,
    known.filter((command) => command.length <= MAX_COMPARED && editDistance(word, command) <= maxEdits),
  );
}

/** Puts parts into as few rows as fit. A part is not broken. */
function flow(start: string, parts: readonly string[], { width, ruler }: Sheet): string {
  let text = start;
  let column = ruler.most(start);
  for (const [index, part] of parts.entries()) {
    const separator = index === 0 ? " " : " · ";
    const needed = separator.length + ruler.most(part);
    const breaks = column + needed > width;
    text += breaks ? `\n${" ".repeat(INDENT)}${part}` : `${separator}${part}`;
    column = breaks ? INDENT + ruler.most(part) : column + needed;
  }
  return text;
}

/** Commands as the catalogue has them, else as they are. A usage is not safe to show yet. */
function translated(commands: readonly Usage[], words: Words): Usage[] {
  return commands.slice(0, MAX_COMMANDS).map((command) => {
    const word = wordOf(command.usage);
    const first = words.firstCommands.find(({ usage }) => wordOf(usage) === word);
    const { usage, summary } =
      first ?? (Object.hasOwn(words.commands, word) ? words.commands[word] : undefined) ?? command;
    return { usage, summary: sentence(summary) };
  });
}

/** The word that a usage begins with. */
function wordOf(usage: string): string {
  return usage.split(" ", 1)[0] ?? "";
}
