/**
 * The process of one run of one scenario. It starts the server under test, puts the load on it, and reports its
 * progress and the figures to its parent.
 */

import { Bench } from "../load/bench.ts";
import { scenarios } from "../scenarios/index.ts";
import type { Job, Report } from "./spawnRun.ts";

const send = (report: Report) => {
  // If the parent has gone, go on: this process must still stop the server under test.
  if (process.connected) process.send?.(report, () => {});
};

const job: Job = JSON.parse(process.argv[2] ?? "{}");
const bench = new Bench(job.options, job.cores, (text) => send({ kind: "progress", text }));
const stop = () => bench.fail(new Error("The benchmark was stopped."));
process.on("disconnect", stop).on("SIGINT", stop).on("SIGTERM", stop);

try {
  const run = scenarios.find(({ name }) => name === job.scenario)?.runs[job.run];
  if (!run) throw new Error(`There is no run ${job.run} of a scenario ${job.scenario}.`);
  send({ kind: "figures", figures: await run(bench) });
} catch (error) {
  send({ kind: "failed", message: (error as Error).message });
  process.exitCode = 1;
} finally {
  await bench.end();
  if (process.connected) process.disconnect();
  // Connections that are still open must not keep the process alive.
  setImmediate(() => process.exit());
}
