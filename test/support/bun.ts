import type { Context } from "mocha";
import { findBun } from "../../src/server/process/bun.ts";

/** Skips a test or suite if Bun is not installed, and says how to install it. With `CI` set, the test fails instead. */
export function needsBun(test: Context): void {
  try {
    findBun({});
  } catch (error) {
    const sentence = (error as Error).message;
    if (process.env.CI !== undefined) throw new Error(sentence);
    if (test.test) test.test.title += ` (skipped: ${sentence})`;
    test.skip();
  }
}
