/**
 * The load: one run of one scenario, in a process of its own. It is told which by its arguments, starts the server under
 * test, and tells its parent how far it is and what it measured.
 */

import { Bench } from "../load/bench.ts";
import { scenarios } from "../scenarios/index.ts";
import type { Job, Report } from "./spawnRun.ts";

const tell = (report: Report) => {
  // A parent that is gone is no reason to end before the server under test has.
  if (process.connected) process.send?.(report, () => {});
};

const job: Job = JSON.parse(process.argv[2] ?? "{}");
const bench = new Bench(job.options, job.cores, (text) => tell({ kind: "progress", text }));
const stop = () => bench.fail(new Error("The benchmark was stopped."));
process.on("disconnect", stop).on("SIGINT", stop).on("SIGTERM", stop);

try {
  const run = scenarios.find(({ name }) => name === job.scenario)?.runs[job.run];
  if (!run) throw new Error(`There is no run ${job.run} of a scenario ${job.scenario}.`);
  tell({ kind: "figures", figures: await run(bench) });
} catch (error) {
  tell({ kind: "failed", message: (error as Error).message });
  process.exitCode = 1;
} finally {
  await bench.end();
  if (process.connected) process.disconnect();
  // Clients that are still connected have nothing to wait for.
  setImmediate(() => process.exit());
}
