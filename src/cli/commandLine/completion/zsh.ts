import type { Argument, Entry } from "../entry.ts";
import { type Flag, flagsOf } from "../flags.ts";
import { argumentValues, type Values, valuesOf } from "./values.ts";

/** The completions for zsh: sourced after `compinit`, or saved as `_obrolan` in a folder of `fpath`. */
export function zshCompletion(entries: readonly Entry[]): string {
  const program = entries.find(({ name }) => name === "");
  const commands = entries.filter(({ name }) => name !== "");
  return `#compdef obrolan
# Completions of obrolan for zsh: source <(obrolan completion zsh)
_obrolan_commands() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${escaped(name, ":")}:${summary}`)}`).join("\n")}
  )
  _describe -t commands command commands
}
_obrolan() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C -S \\
${(program === undefined ? [] : flagsOf(program)).map((flag) => `    ${flagSpec(flag)} \\`).join("\n")}
    ${quoted(`1:command or server:_obrolan_commands`)} \\
    '*:: :->arguments' && return
  [[ $state == arguments ]] || return
  case $line[1] in
${commands.map((entry) => commandCase(entry, entries)).join("\n")}
  esac
}
if [[ $funcstack[1] == _obrolan ]]; then _obrolan "$@"; else compdef _obrolan obrolan; fi
`;
}

function commandCase(entry: Entry, entries: readonly Entry[]): string {
  const specs = [
    ...flagsOf(entry).map(flagSpec),
    ...entry.arguments.map((argument, index) => argumentSpec(argument, index, entries)),
  ];
  return `    ${entry.name})
      _arguments -S \\
${specs.map((spec) => `        ${spec}`).join(" \\\n")}
      ;;`;
}

function flagSpec(flag: Flag): string {
  const { short, long, placeholder, summary } = flag;
  const help = `[${escaped(summary, "[]:\\")}]`;
  if (placeholder !== undefined)
    return quoted(`${long}=${help}:${escaped(placeholder, ":")}:${action(valuesOf(flag))}`);
  return short === undefined
    ? quoted(`${long}${help}`)
    : `${quoted(`(${short} ${long})`)}{${short},${long}}${quoted(help)}`;
}

function argumentSpec(argument: Argument, index: number, entries: readonly Entry[]): string {
  const { name, isRequired, isRepeated } = argument;
  const place = isRepeated ? "*" : String(index + 1);
  const colons = isRequired || isRepeated ? ":" : "::";
  return quoted(`${place}${colons}${escaped(name, ":")}:${action(argumentValues(argument, entries))}`);
}

function action(values: Values): string {
  switch (values.kind) {
    case "words":
      return `(${values.words.join(" ")})`;
    case "files":
      return "_files";
    case "folders":
      return "_files -/";
    case "none":
      return " ";
  }
}

function escaped(text: string, characters: string): string {
  return [...text].map((character) => (characters.includes(character) ? `\\${character}` : character)).join("");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
