import { readFile, stat } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { root, run } from "../run.ts";
import type { Check } from "./check.ts";

/** `[text](target)` or `![text](target)`. The text may contain a line break. */
const LINK = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;
/** `[label]: target` at the start of a line. */
const DEFINITION = /^\[[^\]]+\]:\s+(\S+)/gm;
/** A test by its file and title: `test/e2e/kill.test.ts` "the title". */
const TEST = /`((?:test|bench)\/[^`\s]+\.ts)`\s+"([^"]+)"/g;
/** A page of `docs/` in a comment or a message. */
const PAGE = /(?<![\w./-])docs\/(?:decisions\/\d[\w-]*(?:\.md)?|[\w-]+\.md)/g;

/**
 * The targets of relative links and anchors in Markdown exist. The pages that code names exist, and so do the tests
 * that pages name.
 */
export const linksCheck: Check = {
  name: "links in the docs (Markdown, and pages that code names)",
  async run() {
    const listed = await run("git", "ls-files", "-z");
    if (!listed.ok) return { kind: "skipped", why: "not a git checkout" };
    const names = listed.stdout.split("\0").filter((name) => name !== "" && !name.startsWith("bench/results/"));
    const broken = await Promise.all(names.map((name) => (name.endsWith(".md") ? inMarkdown(name) : inCode(name))));
    if (broken.flat().length === 0) return { kind: "ok" };
    return { kind: "failed", output: broken.flat().join("\n"), hint: "correct the link, or the title of the test" };
  },
};

async function inMarkdown(name: string): Promise<string[]> {
  const text = await contentOf(name);
  if (text === undefined) return [];
  const prose = withoutCode(text);
  const links = [...prose.matchAll(LINK), ...prose.matchAll(DEFINITION)].map(async ({ 1: target = "", index }) => {
    const fault = await faultOf(name, target);
    return fault === undefined ? [] : [`${name}:${lineAt(prose, index)}: ${target} ${fault}`];
  });
  const tests = [...text.matchAll(TEST)].map(async ({ 1: file = "", 2: title = "", index }) => {
    if ((await contentOf(file))?.includes(title)) return [];
    return [`${name}:${lineAt(text, index)}: ${file} has no test "${title}"`];
  });
  return (await Promise.all([...links, ...tests])).flat();
}

async function inCode(name: string): Promise<string[]> {
  const text = (await contentOf(name)) ?? "";
  const pages = [...text.matchAll(PAGE)].map(async ({ 0: page, index }) =>
    (await exists(page)) ? [] : [`${name}:${lineAt(text, index)}: ${page} does not exist`],
  );
  return (await Promise.all(pages)).flat();
}

/** The fault of a link's target; undefined if there is none, or if the target is outside the repository. */
async function faultOf(from: string, target: string): Promise<string | undefined> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [path = "", anchor] = decodeURI(target).split("#");
  const file = path === "" ? from : normalize(join(dirname(from), path));
  if (file.startsWith("..") || !(await exists(file))) return "does not exist";
  if (anchor === undefined || !file.endsWith(".md")) return undefined;
  const anchors = anchorsOf((await contentOf(file)) ?? "");
  return anchors.has(anchor) ? undefined : `has no heading for #${anchor}`;
}

/** The anchors that GitHub gives the headings of a Markdown file. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const { 1: heading = "" } of blank(text, FENCE).matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let times = 1; anchors.has(anchor); times++) anchor = `${slug}-${times}`;
    anchors.add(anchor);
  }
  return anchors;
}

const FENCE = /^ *```[\s\S]*?^ *```/gm;

/** Replaces the code in a text by spaces, so that all offsets and lines stay the same. */
function withoutCode(text: string): string {
  return blank(blank(text, FENCE), /(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g);
}

function blank(text: string, pattern: RegExp): string {
  return text.replace(pattern, (code) => code.replace(/[^\n]/g, " "));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

async function exists(name: string): Promise<boolean> {
  return (await stat(join(root, name)).catch(() => undefined)) !== undefined;
}

/** The contents of a file; undefined if it does not exist. Git lists a removed file until the removal is staged. */
async function contentOf(name: string): Promise<string | undefined> {
  return readFile(join(root, name), "utf8").catch(() => undefined);
}
