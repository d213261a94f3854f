import type { Entry } from "../entry.ts";
import { flagsOf } from "../flags.ts";
import { argumentValues, commandNames, flagsWithValue, type Values, valuesOf } from "./values.ts";

/** The completions for bash, from version 3.2 on. bash splits words also at `:` and `=`. */
export function bashCompletion(entries: readonly Entry[]): string {
  return `# Completions of obrolan for bash: eval "$(obrolan completion bash)"
_obrolan() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= flag= place=0 index=1 offer=none list= word
  COMPREPLY=()
  while ((index < COMP_CWORD)); do
    word=\${COMP_WORDS[index]}
    ((index += 1))
    case $word in
      ${flagsWithValue(entries).join(" | ")})
        flag=$word
        if [[ \${COMP_WORDS[index]} == = ]]; then ((index += 1)); fi
        if ((index >= COMP_CWORD)); then break; fi
        flag=
        ((index += 1))
        while ((index < COMP_CWORD)) && [[ \${COMP_WORDS[index]} == : ]]; do ((index += 2)); done
        ;;
      -*) ;;
      ${commandNames(entries).join(" | ")})
        if [[ -z $command ]] && ((place == 0)); then command=$word; else ((place += 1)); fi
        ;;
      *) ((place += 1)) ;;
    esac
  done
  if [[ $current == = ]]; then current=; fi
  if [[ -n $flag ]]; then
    case "$command $flag" in
${cases(entries.flatMap(flagCases))}
    esac
  elif [[ $current == -* ]]; then
    offer=words
    case $command in
${cases(entries.map((entry): Case => [quoted(entry.name), wordsOf(namesOf(entry))]))}
    esac
  else
    case "$command $place" in
${cases([[quoted(" 0"), offered({ kind: "words", words: commandNames(entries) })], ...entries.flatMap((entry) => argumentCases(entry, entries))])}
    esac
  fi
  case $offer in
    words) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$list" -- "$current") ;;
    files | folders)
      compopt -o filenames 2>/dev/null
      if [[ $offer == files ]]; then list=-f; else list=-d; fi
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$list" -- "$current")
      ;;
  esac
}
complete -F _obrolan obrolan
`;
}

/** A pattern of a `case`, and the assignments that follow. */
type Case = readonly [pattern: string, assignments: string];

function cases(all: readonly Case[]): string {
  return all.map(([pattern, assignments]) => `      ${pattern}) ${assignments} ;;`).join("\n");
}

function flagCases(entry: Entry): Case[] {
  return flagsOf(entry).flatMap((flag): Case[] => {
    const values = valuesOf(flag);
    return values.kind === "none" ? [] : [[quoted(`${entry.name} ${flag.long}`), offered(values)]];
  });
}

function argumentCases(entry: Entry, entries: readonly Entry[]): Case[] {
  return entry.arguments.flatMap((argument, place): Case[] => {
    const values = argumentValues(argument, entries);
    return values.kind === "none" ? [] : [[quoted(`${entry.name} ${place}`), offered(values)]];
  });
}

function offered(values: Values): string {
  return values.kind === "words" ? `offer=words ${wordsOf(values.words)}` : `offer=${values.kind}`;
}

function wordsOf(words: readonly string[]): string {
  return `list=${quoted(words.join(" "))}`;
}

function namesOf(entry: Entry): string[] {
  return flagsOf(entry).flatMap(({ short, long }) => (short === undefined ? [long] : [short, long]));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
