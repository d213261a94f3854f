#!/usr/bin/env node
// Node.js 12.20 and later can parse this file, so that it can name the required version: no `?.`, no `??`, no top-level
// await.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

const NEEDED = [22, 18];

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");
const source = new URL("../src/cli/main.ts", import.meta.url);
const built = new URL("../dist/cli/main.js", import.meta.url);
/** One of the dependencies. In a checkout all of them are in this folder. */
const dependency = fileURLToPath(new URL("../node_modules/commander/package.json", import.meta.url));
const pinned = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
const isCheckout = existsSync(source);
const thisNode = `This is Node ${process.versions.node}, and Obrolan needs ${NEEDED.join(".")} or later`;

// By default SIGUSR1 opens Node.js's debugger, and any program on this machine could connect to it.
process.on("SIGUSR1", () => {});

if (isCheckout && !existsSync(dependency)) {
  fail(`Obrolan's packages are not installed yet. Run "npm ci" in ${root}`);
} else if (isNewEnough) {
  run(isCheckout ? source : built);
} else if (isCheckout && existsSync(pinned)) {
  runWith(pinned);
} else if (isCheckout) {
  fail(`${thisNode}. "npm ci" installs one for this checkout: run it in ${root}`);
} else {
  fail(`${thisNode}. Install a newer Node.`);
}

function fail(sentence) {
  console.error(`obrolan: ${sentence}`);
  process.exit(2);
}

/** Runs the program in this process. */
function run(program) {
  // The second start is twice as fast. Node.js keeps the compiled code in the system's folder for temporary files.
  if (module.enableCompileCache) module.enableCompileCache();
  import(program.href).then(({ main }) => main(process.argv.slice(2))).then((code) => process.exit(code));
}

/** Runs this program with another Node.js, and exits with its exit code. */
function runWith(node) {
  let child;
  // Before the child starts: until then a signal would end this process, and the child would go on without it.
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR2"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes; the program would take a second one as a request to stop at once.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  child.on("error", (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code === null ? 128 + constants.signals[signal] : code));
}
