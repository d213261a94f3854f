import { readFile } from "node:fs/promises";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const readme = path.join(root, "README.md");

/** A step of an example: the commands, and their output. */
export interface Step {
  readonly commands: string;
  /** `…` stands for text that differs in each run. */
  readonly prints: string;
}

/** The example below a heading of the README: each block of `sh`, and the block after it with its output. */
export async function readExample(heading: string): Promise<Step[]> {
  const text = await readFile(readme, "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`the README has no section "${heading}"`);
  return stepsOf(section);
}

/** The steps of a page of the docs, such as `docs/grpcurl.md`. */
export async function readSteps(page: string): Promise<Step[]> {
  return stepsOf(await readFile(path.join(root, page), "utf8"));
}

function stepsOf(text: string): Step[] {
  const steps = text.matchAll(/^```sh\n((?:(?!```).*\n)*)```\n\s*^```(?:json|text)\n((?:(?!```).*\n)*)```$/gm);
  return [...steps].map(([, commands = "", prints = ""]) => ({ commands, prints }));
}

/** Each definition of the shell function `call` in the README, by the tool that it uses (`buf`, `grpcurl`). */
export async function readCalls(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(readme, "utf8");
  const calls = text.matchAll(/^call\(\) \{ (?:npx @bufbuild\/)?(\w+) .*\}$/gm);
  return new Map([...calls].map(([line, tool = ""]) => [tool, line]));
}

/** Whether a text matches an output with `…`. Ignores white space, because the README formats JSON more tightly. */
export function isShown(text: string, shown: string): boolean {
  const squeezed = (from: string) => from.replace(/\s+/g, "");
  const parts = squeezed(shown)
    .split("…")
    .map((part) => part.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`, "s").test(squeezed(text));
}
