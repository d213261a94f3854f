import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root, run } from "../run.ts";
import type { Check } from "./check.ts";

/** Each word that the project no longer uses, and the words that replace it. The glossary is in CONTRIBUTING.md. */
const RETIRED: Readonly<Record<string, string>> = {
  stretch: "segment",
  crowd: "convoy, or group of users",
  respite: "circuit breaker, or backoff",
  patience: "timeout",
  tally: "counter",
  tallies: "counters",
  rogue: "raw client",
  ledger: "recorder, or history",
  housekeeping: "maintenance",
  household: "maintenance",
  farewell: "linger, or time to shut down",
  "passer-by": "virtual user",
  "passers-by": "virtual users",
  whoever: "the user, the client, the caller",
  whomever: "the user, the client, the caller",
  somebody: "the user, the client, the caller",
};

/**
 * Files that keep retired words: migrations that were released, whose text is stored in databases and never edited.
 */
const EXCEPTIONS = /^src\/server\/engines\/postgres\/schema\//;

/** The words that the glossary replaced occur neither in code, nor in tests, nor in docs. */
export const wordsCheck: Check = {
  name: "retired words (scripts/checks/words.ts)",
  async run() {
    const listed = await run("git", "ls-files", "-co", "--exclude-standard", "-z", "src", "test", "bench", "docs");
    if (!listed.ok) return { kind: "skipped", why: "not a git checkout" };
    const names = listed.stdout.split("\0").filter((name) => /\.(ts|js|md|py|sql|ya?ml|proto)$/.test(name));
    const found = (await Promise.all(names.map(retiredWordsIn))).flat();
    if (found.length === 0) return { kind: "ok" };
    return { kind: "failed", output: found.join("\n"), hint: "use the word of the glossary in CONTRIBUTING.md" };
  },
};

async function retiredWordsIn(file: string): Promise<string[]> {
  if (EXCEPTIONS.test(file)) return [];
  const text = await readFile(join(root, file), "utf8").catch(() => "");
  return text
    .split("\n")
    .flatMap((line, index) =>
      [...line.matchAll(WORDS)].map(
        ([word]) => `${file}:${index + 1}: "${word}" is retired; say ${RETIRED[word.toLowerCase()]}`,
      ),
    );
}

/** A retired word at the start of a word or of a part of a name: in `stretchOf` and `newStretch`, not in "totally". */
const WORDS = new RegExp(Object.keys(RETIRED).map(anyCase).join("|"), "g");

function anyCase(word: string): string {
  const first = word.charAt(0);
  const rest = word.slice(1);
  const capital = first.toUpperCase() + rest;
  return `(?<![A-Za-z])[${first}${first.toUpperCase()}]${rest}|(?<=[a-z0-9])${capital}|${word.toUpperCase()}`;
}
