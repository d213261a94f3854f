import { spawnSync } from "node:child_process";

const isThere = spawnSync("strace", ["-V"]).status === 0;

/**
 * For tests that look at, or meddle with, the server's system calls: skips the test where strace is not installed, which is
 * an error where `CI` is set.
 */
export function needsStrace(test: Mocha.Context): void {
  if (isThere) return;
  if (process.env.CI !== undefined) throw new Error("strace is not installed, and CI is not to go without it");
  // Mocha's way to tell on the test's own line why it is skipped.
  if (test.test) test.test.title += " (skipped: strace is not installed)";
  test.skip();
}
