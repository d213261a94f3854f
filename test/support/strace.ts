import { spawnSync } from "node:child_process";

const isThere = spawnSync("strace", ["-V"]).status === 0;

/**
 * For tests that trace the server's system calls, or inject faults into them. Skips the test if strace is not
 * installed; if `CI` is set, the test fails instead.
 */
export function needsStrace(test: Mocha.Context): void {
  if (isThere) return;
  if (process.env.CI !== undefined) throw new Error("strace is not installed, and CI needs it");
  // Mocha shows the reason for the skip in the title.
  if (test.test) test.test.title += " (skipped: strace is not installed)";
  test.skip();
}
