#!/usr/bin/env node
// Every Node from 12.20 on can parse this file, so that it can say which Node Obrolan needs: no `?.`, no `??`, no top-level await.
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
/** Any of the dependencies. In a checkout they are in this folder, or nowhere. */
const dependency = fileURLToPath(new URL("../node_modules/commander/package.json", import.meta.url));
const pinned = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
const isCheckout = existsSync(source);
const thisNode = `This is Node ${process.versions.node}, and Obrolan needs ${NEEDED.join(".")} or later`;

// Node's own answer to SIGUSR1 is to open its debugger, to which any program on this machine could connect.
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
  // The second start is twice as fast: what was compiled is kept in the system's folder for temporary files.
  if (module.enableCompileCache) module.enableCompileCache();
  import(program.href).then(({ main }) => main(process.argv.slice(2))).then((code) => process.exit(code));
}

/** Runs this same program with another Node, and ends as it ends. */
function runWith(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR2"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both of us; the program would take a second one for impatience.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code === null ? 128 + constants.signals[signal] : code));
}
