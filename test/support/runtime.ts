import type { Context, Runnable } from "mocha";
import { leftOut } from "../../scripts/leftOut.ts";

/** Whether the servers of the tests run on Bun, as processes of their own: with `npm run test:bun`. */
export const SERVERS_ON_BUN = process.env.TEST_RUNTIME === "bun";

/**
 * Whether the tests themselves run on Bun, with `npm run test:bun:whole`, which runs what `npm run test:bun` cannot:
 * the suites whose servers have a clock, a stopwatch or engines of the test.
 */
export const TESTS_ON_BUN = process.env.TEST_RUNTIME === "bun-whole";

/** The environment for `obrolan serve` on the runtime of this run. */
export const RUNTIME_ENV: Readonly<Record<string, string>> =
  SERVERS_ON_BUN || TESTS_ON_BUN ? { OBROLAN_RUNTIME: "bun" } : {};

/** The Node that starts programs, also for tests that run on Bun: npm scripts have it in their path. */
export const NODE = process.versions.bun === undefined ? process.execPath : "node";

/** Skips a test or suite whose server behaves differently on Bun, as this row of docs/runtimes.md says. */
export function differsOnBun(context: Context, row: number): void {
  if (SERVERS_ON_BUN || TESTS_ON_BUN) leaveOut(context.test as Runnable, `docs/runtimes.md, ${row}`);
}

/** Skips the test, or the suite of the hook, because the other one of the two runs on Bun has it. */
export function leaveToOtherRun(runnable: Runnable | undefined): void {
  if (runnable) leaveOut(runnable, SERVERS_ON_BUN ? "npm run test:bun:whole" : "npm run test:bun");
}

let running: Runnable | undefined;

/** The test that runs, or whose `beforeEach` hooks run. Only in a run on Bun, where `mochaHooks` are required. */
export function currentTest(): Runnable | undefined {
  return running;
}

/** A root hook of mocha (`test/bun/mocha.yaml`). */
export const mochaHooks = {
  beforeEach(this: Context): void {
    running = this.currentTest;
  },
};

function leaveOut(runnable: Runnable, why: string): never {
  const mark = (test: Runnable) => {
    test.title += leftOut(why);
  };
  if (runnable.title.startsWith('"before all"')) runnable.parent?.eachTest(mark);
  else mark(runnable.title.startsWith('"before each"') ? (runnable.ctx?.currentTest as Runnable) : runnable);
  return runnable.skip() as never;
}
