import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SoakOptions } from "./options.ts";
import { picture } from "./picture.ts";
import type { Seen } from "./verdict.ts";

const FOLDER = path.join(import.meta.dirname, "results");

/** Writes the raw numbers and their picture. Resolves with the names of the files. */
export async function writeResults(results: SoakOptions & Seen): Promise<string[]> {
  await mkdir(FOLDER, { recursive: true });
  const files: [string, string][] = [
    ["soak.json", `${JSON.stringify(results, undefined, 2)}\n`],
    ["soak.svg", picture(results.samples)],
  ];
  for (const [name, content] of files) await writeFile(path.join(FOLDER, name), content);
  return files.map(([name]) => path.relative(process.cwd(), path.join(FOLDER, name)));
}
