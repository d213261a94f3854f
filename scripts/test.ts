// `npm test` runs the tests that a contributor needs before a commit: all but those with the tag @long in their title.
// `npm run test:long` (`--long`) runs those. More arguments go to mocha, such as `npm test -- --jobs 8`.
import { spawn } from "node:child_process";
import { glob, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { root } from "./run.ts";

const FILES = ["test/**/*.test.ts", "bench/test/*.test.ts"];
const TAG = "@long";
/** Tests wait for processes, engines and timers, so more files at a time than there are cores pay off. */
const MORE_JOBS = 2;

const args = process.argv.slice(2);
const isLong = args[0] === "--long";
const files: string[] = [];
const longFiles: string[] = [];
for await (const file of glob(FILES, { cwd: root })) {
  files.push(file);
  if ((await readFile(path.join(root, file), "utf8")).includes(TAG)) longFiles.push(file);
}
const note = [
  `  Not run: the tests tagged ${TAG} in ${longFiles.length} files (npm run test:long), the tests on three nodes`,
  "  (npm run test:cluster) and the fault tests (npm run test:faults). CONTRIBUTING.md says when to run them.",
].join("\n");

const jobs = availableParallelism() + MORE_JOBS;
const options = ["--parallel", "--jobs", `${jobs}`, "--reporter", "./scripts/testReporter.ts", "--grep", TAG];
const selection = isLong ? [...args.slice(1), ...longFiles.sort()] : ["--invert", ...args, ...files.sort()];
const mocha = path.join(root, "node_modules/mocha/bin/mocha.js");
const child = spawn(process.execPath, [mocha, ...options, ...selection], {
  cwd: root,
  // No name that begins with OBROLAN_: servers refuse to start with a setting that they do not know.
  env: { ...process.env, MOCHA_NOTE: isLong ? "" : note },
  stdio: "inherit",
});
// Ctrl-C reaches mocha too, which ends its workers; this process waits for it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("close", (code, signal) => {
  if (signal !== null) console.log(`mocha was ended by ${signal} before its last test.`);
  process.exitCode = code ?? 1;
});
