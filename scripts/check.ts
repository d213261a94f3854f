// `npm run check`: all that must hold of the repository and needs no running server. Every check runs, also after one failed.
// `npm run check WORD` runs those whose names have that word.
import { breakingCheck } from "./checks/breaking.ts";
import type { Check, Finding } from "./checks/check.ts";
import { generatedCheck } from "./checks/generated.ts";
import { linksCheck } from "./checks/links.ts";
import { lockCheck } from "./checks/lock.ts";
import { tool } from "./checks/tool.ts";

const checks: readonly Check[] = [
  tool("types (tsc)", "correct the types", "tsc", "--project", ".", "--pretty", "false"),
  tool(
    "lint, format and imports (biome)",
    "npx biome check --write . mends format and order",
    "biome",
    "check",
    "--error-on-warnings",
    "--max-diagnostics=200",
    ".",
  ),
  tool("contract lint (buf lint)", "correct the contract", "buf", "lint"),
  tool("contract format (buf format)", "run npx buf format --write", "buf", "format", "--diff", "--exit-code"),
  generatedCheck,
  breakingCheck,
  lockCheck,
  linksCheck,
];

const words = process.argv.slice(2);
const chosen = checks.filter(({ name }) => words.every((word) => name.includes(word)));
const started = performance.now();
const findings = await Promise.all(chosen.map(async (check) => ({ check, finding: await find(check) })));
for (const { check, finding } of findings) console.log(report(check.name, finding));

const failed = findings.filter(({ finding }) => finding.kind === "failed").map(({ check }) => check.name);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
const result = failed.length === 0 ? "none failed" : `failed: ${failed.join("; ")}`;
console.log(`\n${chosen.length} of ${checks.length} checks in ${seconds} s; ${result}`);
process.exitCode = failed.length === 0 && chosen.length > 0 ? 0 : 1;

/** What a check found. One that could not be made has failed. */
async function find(check: Check): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    return { kind: "failed", output: String(error), hint: "it could not be made" };
  }
}

function report(name: string, finding: Finding): string {
  switch (finding.kind) {
    case "ok":
      return `ok       ${name}`;
    case "skipped":
      return `skipped  ${name}: ${finding.why}`;
    case "failed":
      return `FAILED   ${name}: ${finding.hint}\n${finding.output.trimEnd().replace(/^/gm, "         ")}`;
  }
}
