import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** One instruction of a Dockerfile, such as `COPY`, with its arguments. */
export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of the repository's Dockerfile, by stage, in order. */
export function readStages(): Instruction[][] {
  const text = readFileSync(path.join(root, "Dockerfile"), "utf8")
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n/g, " ");
  const instructions = text.split("\n").flatMap((line) => {
    const [, word, rest] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    return word === undefined || rest === undefined ? [] : [{ word, rest }];
  });
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.word === "FROM") stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  return stages;
}

/** The arguments of each instruction of a kind in a stage. */
export function restsOf(stage: readonly Instruction[], word: string): string[] {
  return stage.filter((instruction) => instruction.word === word).map(({ rest }) => rest);
}

/** The command of an instruction, a JSON array behind optional flags. */
export function commandOf(rest: string): string[] {
  return JSON.parse(rest.slice(rest.indexOf("[")));
}

/** The files that `.dockerignore` allows: it excludes all, then allows these. */
export function readAllowed(): string[] {
  const lines = readFileSync(path.join(root, ".dockerignore"), "utf8").split("\n");
  const [first, ...others] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (first !== "*" || others.some((line) => !line.startsWith("!")))
    throw new Error(".dockerignore is not a list of allowed files");
  return others.map((line) => line.slice(1));
}
