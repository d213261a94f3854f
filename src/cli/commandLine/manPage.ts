import { type Entry, GROUPS } from "./entry.ts";
import { EXIT_STATUS } from "./exitStatus.ts";
import { type Flag, flagsOf, notesOf, termOf } from "./flags.ts";
import { capitalized, synopsisOf } from "./helpText.ts";

/** Files and variables that no table of settings has. */
const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["LC_ALL, LC_MESSAGES, LANG", "The first that is set decides the language: Indonesian for id, otherwise English."],
  ["NO_COLOR", "If it is set and not empty, the terminal shows no colours."],
  ["TERM", "If it is dumb, the terminal moves no cursor."],
  ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "The proxy for connections to other machines, and the hosts without one."],
];

/** The man page of the program in roff, for the macros of man(7). `version`: that of the package. */
export function manPage(entries: readonly Entry[], version: string): string {
  const commands = GROUPS.flatMap((group) => entries.filter((entry) => entry.group === group && entry.name !== ""));
  const [program] = entries.filter(({ name }) => name === "");
  if (program === undefined) throw new Error("the table has no entry for the program itself");
  const lines = [
    `.\\" Generated from src/cli/commands/table.ts by npm run generate. Change the table, not this page.`,
    `.TH OBROLAN 1 "" ${quoted(`obrolan ${version}`)} "User Commands"`,
    // No hyphenation, and no blanks that fill lines: flags and names stay as they are typed.
    ".nh",
    ".ad l",
    ".SH NAME",
    "obrolan \\- a chat room in the terminal, and its server",
    ".SH SYNOPSIS",
    ".B obrolan",
    `[\\fI${roff("HOST:PORT")}\\fR] [\\fIFLAGS\\fR]`,
    ".br",
    ".B obrolan",
    ".I COMMAND",
    "[\\fIARGUMENTS\\fR] [\\fIFLAGS\\fR]",
    ".SH DESCRIPTION",
    roff(program.summary),
    ".PP",
    "A flag takes precedence over the environment, the environment over a file, and a file over the default.",
    ".SH EXAMPLES",
    ...program.examples.flatMap(example),
    ".SH FLAGS",
    ...flagsOf(program).flatMap(flag),
    ".SH COMMANDS",
    ...commands.flatMap((entry) => command(entry, flagsOf(program))),
    ".SH EXIT STATUS",
    ...EXIT_STATUS.flatMap(([code, meaning]) => item(`.B ${code}`, meaning)),
    ".SH ENVIRONMENT",
    roff("Each setting has a variable, which is named beside its flag. Besides them:"),
    ...ENVIRONMENT.flatMap(([name, meaning]) => item(`.B ${quoted(name)}`, meaning)),
    "",
  ];
  return lines.join("\n");
}

/** A command. It names the flags that it shares with the program, and describes the others. */
function command(entry: Entry, described: readonly Flag[]): string[] {
  const { summary, details, arguments: args, examples } = entry;
  const sentence = `${capitalized(summary)}. ${details}`.trimEnd();
  const isShared = (flag: Flag) =>
    described.some(({ long, summary }) => long === flag.long && summary === flag.summary);
  // Every command has the flag for help.
  const flags = flagsOf(entry).filter(({ long }) => long !== "--help");
  const shared = flags.filter(isShared).map(({ long }) => long);
  return [
    `.SS ${quoted(`obrolan ${synopsisOf(entry)}`)}`,
    roff(sentence),
    ...args.flatMap(({ name, summary: meaning }) => item(`.I ${quoted(name)}`, `${capitalized(meaning)}.`)),
    ...flags.filter((flag) => !isShared(flag)).flatMap(flag),
    ...(shared.length === 0 ? [] : [".PP", roff(`It also takes these of the flags above: ${shared.join(", ")}.`)]),
    ...examples.flatMap(example),
  ];
}

function flag(about: Flag): string[] {
  const { summary } = about;
  const notes = notesOf(about);
  const sentence = `${capitalized(summary)}${notes === "" ? "" : ` (${notes})`}.`;
  return item(`.B ${quoted(termOf(about))}`, sentence);
}

function example({ line, summary }: Entry["examples"][number]): string[] {
  return [".PP", `${roff(capitalized(summary))}:`, ".PP", ".RS 4", ".EX", roff(line), ".EE", ".RE"];
}

function item(term: string, meaning: string): string[] {
  return [".TP", term, roff(meaning)];
}

/** The argument of a macro, in quotation marks. */
function quoted(text: string): string {
  return quotedRoff(roff(text));
}

function quotedRoff(text: string): string {
  return `"${text.replaceAll('"', "\\(dq")}"`;
}

/** Characters that roff reads as commands, or that it would print as another character, such as a hyphen for `-`. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** A text as roff prints it unchanged. */
export function roff(text: string): string {
  const escaped = [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      return code > 126
        ? `\\[u${code.toString(16).toUpperCase().padStart(4, "0")}]`
        : (ESCAPES[character] ?? character);
    })
    .join("");
  // A line that begins with a full stop would be a request.
  return escaped.startsWith(".") ? `\\&${escaped}` : escaped;
}
