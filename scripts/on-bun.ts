// Runs a program on the Bun that npm installed: `node scripts/on-bun.ts PROGRAM ARGUMENTS`.
import path from "node:path";
import { findBun, runAsChild } from "../src/server/process/bun.ts";
import { root } from "./run.ts";

process.exitCode = await runAsChild(findBun({}), [
  `--config=${path.join(root, "bin/bunfig.toml")}`,
  ...process.argv.slice(2),
]);
