import type { Context } from "mocha";

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
  if (!SERVERS_ON_BUN && !TESTS_ON_BUN) return;
  if (context.test) context.test.title += ` (docs/runtimes.md, ${row})`;
  context.skip();
}
