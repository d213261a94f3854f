#!/usr/bin/env node
// Any Node since 16 can read this file. The program itself needs 22.18; a checkout has one of its own to run it with.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

const NEEDED = [22, 18];

const source = new URL("../src/cli/main.ts", import.meta.url);
const built = new URL("../dist/cli/main.js", import.meta.url);
const pinned = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);

// Node's own answer to SIGUSR1 is to open its debugger, to which any program on this machine could connect.
process.on("SIGUSR1", () => {});

if (isNewEnough) {
  // The second start is twice as fast: what was compiled is kept in the system's folder for temporary files.
  module.enableCompileCache?.();
  const { main } = await import((existsSync(source) ? source : built).href);
  process.exit(await main(process.argv.slice(2)));
} else if (existsSync(source) && existsSync(pinned)) {
  runWith(pinned);
} else {
  console.error(`obrolan: this is Node ${process.versions.node}, and Obrolan needs ${NEEDED.join(".")} or later.`);
  process.exit(2);
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
  child.on("error", (error) => {
    console.error(`obrolan: ${node} cannot be started: ${error.message}`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
