import type { Argument, Entry } from "../entry.ts";
import { type Flag, flagsOf } from "../flags.ts";
import { argumentValues, commandNames, flagsWithValue, type Values, valuesOf } from "./values.ts";

/** The completions for fish, from version 3.0 on. */
export function fishCompletion(entries: readonly Entry[]): string {
  const lines = entries.flatMap((entry) => linesOf(entry, entries));
  return `# Completions of obrolan for fish: obrolan completion fish | source
# Prints the command on the command line; "other" after another word.
function __obrolan_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case ${flagsWithValue(entries).join(" ")}
                set -e words[1]
            case '-*'
            case ${commandNames(entries).join(" ")}
                echo $words[1]
                return
            case '*'
                echo other
                return
        end
        set -e words[1]
    end
end
function __obrolan_is
    set -l command (__obrolan_command)
    test "$command" = "$argv[1]"
end
complete -c obrolan -e
complete -c obrolan -f
${lines.join("\n")}
`;
}

function linesOf(entry: Entry, entries: readonly Entry[]): string[] {
  const condition = `-n ${quoted(`__obrolan_is ${quoted(entry.name)}`)}`;
  const commands = entries.filter(({ name }) => name !== "");
  const first =
    entry.name === "" ? commands.map(({ name, summary }) => `-a ${quoted(name)} -d ${quoted(summary)}`) : [];
  const flags = flagsOf(entry).map(flagWords);
  const values = entry.arguments.flatMap((argument) => argumentWords(argument, entries));
  return [...first, ...values, ...flags].map((words) => `complete -c obrolan ${condition} ${words}`);
}

function flagWords(flag: Flag): string {
  const { short, long, placeholder, summary } = flag;
  const names = `${short === undefined ? "" : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  const value = placeholder === undefined ? "" : ` ${valueWords(valuesOf(flag))}`;
  return `${names}${value} -d ${quoted(summary)}`;
}

function valueWords(values: Values): string {
  switch (values.kind) {
    case "words":
      return `-x -a ${quoted(values.words.join(" "))}`;
    case "files":
      return "-r -F";
    case "folders":
      return "-x -a '(__fish_complete_directories)'";
    case "none":
      return "-x";
  }
}

function argumentWords(argument: Argument, entries: readonly Entry[]): string[] {
  const values = argumentValues(argument, entries);
  switch (values.kind) {
    case "words":
      return [`-a ${quoted(values.words.join(" "))}`];
    case "files":
      return ["-F"];
    case "folders":
      return ["-a '(__fish_complete_directories)'"];
    case "none":
      return [];
  }
}

/** In single quotes fish has two escapes: `\\` and `\'`. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
