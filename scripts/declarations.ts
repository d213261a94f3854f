import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The module names in `from "…"` and `import("…")` that are paths. */
const RELATIVE_IMPORT = /(?:from|import\()\s*"(\.[^"]+)"/g;

/** The declaration file `entry`, and all those that it imports, directly or through others. */
export async function reachableDeclarations(entry: string): Promise<Set<string>> {
  const reached = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const text = await readFile(file, "utf8");
    for (const [, name = ""] of text.matchAll(RELATIVE_IMPORT)) {
      waiting.push(join(dirname(file), name).replace(/\.[jt]s$/, ".d.ts"));
    }
  }
  return reached;
}

/** All declaration files below a folder. */
export async function allDeclarations(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".d.ts")).map((name) => join(folder, name));
}

/** Removes the declaration files below a folder that the entry does not reach. */
export async function removeUnreachableDeclarations(folder: string, entry: string): Promise<void> {
  const reached = await reachableDeclarations(entry);
  const unreachable = (await allDeclarations(folder)).filter((file) => !reached.has(file));
  await Promise.all(unreachable.map((file) => rm(file)));
}
