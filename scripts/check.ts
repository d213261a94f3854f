// `npm run check` runs every check that needs no running server, also after a failed one.
// `npm run check WORD` runs the checks with that word in their name.
import { breakingCheck } from "./checks/breaking.ts";
import { type Check, type Finding, tool } from "./checks/check.ts";
import { generatedCheck } from "./checks/generated.ts";
import { importsCheck } from "./checks/imports.ts";
import { linksCheck } from "./checks/links.ts";
import { lockCheck } from "./checks/lock.ts";
import { wordsCheck } from "./checks/words.ts";

const checks: readonly Check[] = [
  tool("types (tsc)", "correct the types", "tsc", "--project", ".", "--pretty", "false"),
  tool(
    "types of the client library on Node 20 (tsc)",
    "use only what Node 20 has",
    "tsc",
    "--project",
    "tsconfig.client.json",
    "--noEmit",
    "--pretty",
    "false",
  ),
  tool(
    "lint, format and imports (biome)",
    "npx biome check --write . corrects the format and the order of imports",
    "biome",
    "check",
    "--error-on-warnings",
    "--max-diagnostics=200",
    ".",
  ),
  tool("contract lint (buf lint)", "correct the contract", "buf", "lint"),
  tool("contract format (buf format)", "run npx buf format --write", "buf", "format", "--diff", "--exit-code"),
  importsCheck,
  generatedCheck,
  breakingCheck,
  lockCheck,
  linksCheck,
  wordsCheck,
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

/** Runs a check. A check that throws has failed. */
async function find(check: Check): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    return { kind: "failed", output: String(error), hint: "the check itself failed" };
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
