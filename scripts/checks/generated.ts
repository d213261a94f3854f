import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate, generated } from "../generate.ts";
import { root } from "../run.ts";
import type { Check } from "./check.ts";

/** The generated files match the contract, the settings and the metrics. */
export const generatedCheck: Check = {
  name: "generated files in step (npm run generate)",
  async run() {
    const fresh = await mkdtemp(join(tmpdir(), "obrolan-generated-"));
    try {
      await generate(fresh);
      const differences = await compare(fresh, root);
      if (differences.length === 0) return { kind: "ok" };
      return { kind: "failed", output: differences.join("\n"), hint: "run npm run generate" };
    } finally {
      await rm(fresh, { recursive: true });
    }
  },
};

async function compare(fresh: string, present: string): Promise<string[]> {
  const wanted = await contents(fresh);
  const there = await contents(present);
  const names = [...new Set([...wanted.keys(), ...there.keys()])].sort();
  return names.flatMap((name) => {
    const before = there.get(name);
    const after = wanted.get(name);
    if (!before) return [`${name} is missing`];
    if (!after) return [`${name} is left over: nothing generates it`];
    return before.equals(after) ? [] : [`${name} is stale`];
  });
}

/** The contents of the generated files below a folder, by path. */
async function contents(folder: string): Promise<Map<string, Buffer>> {
  const names = await Promise.all(generated.map((name) => filesAt(folder, name)));
  const files = names.flat().map(async (name) => [name, await readFile(join(folder, name))] as const);
  return new Map(await Promise.all(files));
}

async function filesAt(folder: string, name: string): Promise<string[]> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  if (!found?.isDirectory()) return found ? [name] : [];
  const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(folder.length)
      .replace(/^[/\\]/, ""),
  );
}
