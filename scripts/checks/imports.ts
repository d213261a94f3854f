import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, join, normalize } from "node:path";
import { root, run } from "../run.ts";
import type { Check } from "./check.ts";
import { directions, type Folder } from "./directions.ts";

/** An import: its file and line, and its target. */
interface Import {
  readonly file: string;
  readonly line: number;
  /** A file of the repository, `node:…`, or the name of a package. */
  readonly target: string;
}

/**
 * Checks that `directions.ts` allows every import, and that there are no cycles of files. Type imports count, because
 * a type that two folders share shows which of them depends on the other.
 */
export const importsCheck: Check = {
  name: "directions of imports, no cycles (scripts/checks/directions.ts)",
  async run() {
    const files = await sources();
    if (files === undefined) return { kind: "skipped", why: "not a git checkout" };
    const imports = (await Promise.all(files.map(importsOf))).flat();
    const problems = [...imports.flatMap(forbidden), ...cycles(imports)];
    if (problems.length === 0) return { kind: "ok" };
    return {
      kind: "failed",
      output: problems.join("\n"),
      hint: "move the code, or declare a port in the domain folder",
    };
  },
};

/** Undefined if the folder is not a git checkout. */
async function sources(): Promise<string[] | undefined> {
  const { ok, stdout } = await run("git", "ls-files", "-co", "--exclude-standard", "-z");
  if (!ok) return undefined;
  const names = stdout.split("\0").filter((name) => /^(src|test|bench|scripts|examples)\/.*\.ts$/.test(name));
  return names.filter((name) => !name.startsWith("src/gen/"));
}

/** The specifier of a static import or export, also with a list over several lines, or of a dynamic import. */
const SPECIFIER = new RegExp(
  [
    /^(?:import\s*|(?:import|export)\b[^"'\n]*\bfrom\s*|\}\s*from\s*)["']([^"'\n]+)["']/.source,
    /\bimport\(\s*["']([^"'\n]+)["']\s*\)/.source,
  ].join("|"),
  "gm",
);

async function importsOf(file: string): Promise<Import[]> {
  const text = await readFile(join(root, file), "utf8").catch(() => "");
  return [...text.matchAll(SPECIFIER)].map((match) => {
    const specifier = (match[1] ?? match[2]) as string;
    const line = text.slice(0, match.index).split("\n").length;
    return { file, line, target: targetOf(file, specifier) };
  });
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return normalize(join(dirname(file), specifier));
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return "node:";
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The row of the table for a file: the longest matching path. The row "test" stands for each folder in it. */
function folderOf(file: string): Folder | undefined {
  return directions
    .filter(({ path }) => file === path || file.startsWith(path.endsWith("/") ? path : `${path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

function forbidden({ file, line, target }: Import): string[] {
  const folder = folderOf(file);
  if (folder === undefined) return [`${file}:${line} is not in a folder of the table: add its folder`];
  const isFile = target.includes("/") && /^(src|test|bench|scripts|examples)\//.test(target);
  if (!isFile) {
    const allowed = folder.packages === "any" || folder.packages.includes(target);
    return allowed ? [] : [`${file}:${line} imports the package ${target}; ${folder.path} may not: ${folder.why}`];
  }
  if (folderOf(target) === folder && !areOtherTests(file, target)) return [];
  const allowed = folder.imports.some(
    (path) => target === path || target.startsWith(path.endsWith("/") ? path : `${path}/`),
  );
  return allowed ? [] : [`${file}:${line} imports ${target}; ${folder.path} may not: ${folder.why}`];
}

/** Whether two files are in different folders of tests that share one row. */
function areOtherTests(file: string, target: string): boolean {
  const [top, name] = file.split("/");
  const [otherTop, otherName] = target.split("/");
  return top === "test" && otherTop === "test" && name !== otherName;
}

/** Finds each cycle of files once, starting at its alphabetically first file. */
function cycles(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push(`a cycle: ${[...path.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of [...targets.keys()].sort()) visit(file, []);
  return found;
}
