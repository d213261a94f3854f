/** `npm run bench`: measures Obrolan beside its peers. `bench/README.md` describes what it measures, and how. */
import { chooseCores } from "./machine/cores.ts";
import type { Figures } from "./model/figures.ts";
import type { Options } from "./model/options.ts";
import { missingPrograms, peerVersions } from "./peers/index.ts";
import { readPlan } from "./run/plan.ts";
import { Progress } from "./run/progress.ts";
import { writePictures, writeResults } from "./run/results.ts";
import { spawnRun } from "./run/spawnRun.ts";
import { type Summary, summarize } from "./run/summary.ts";
import { tableOf } from "./run/table.ts";
import { scenarios } from "./scenarios/index.ts";
import { chosenRuns, type Scenario } from "./scenarios/scenario.ts";
import { missingEngine } from "./targets/engine.ts";

const plan = readPlan(scenarios, process.argv);
const cores = chooseCores();
const progress = new Progress();
if (!cores) {
  process.stderr.write(
    "The server and the load share all cores, because there are fewer than two cores or taskset is not installed.\n",
  );
}

const summaries: Summary[] = [];
const failures: string[] = [];
for (const { scenario, options } of plan) {
  try {
    const runs = chosenRuns(scenario, options);
    const leftOut = { ...missingPrograms(runs), ...missingEngines(scenario, runs) };
    const summary = summarize(scenario, options, await measureAll(scenario, options, leftOut), leftOut);
    summaries.push(summary);
    process.stdout.write(`\n${tableOf(scenario, summary)}\n`);
    const missed = summary.musts.filter(({ verdict }) => verdict === "not met");
    failures.push(...missed.map(({ what }) => `${scenario.name}: not met: ${what}`));
    writePictures(scenario, summary);
  } catch (error) {
    progress.end();
    failures.push((error as Error).message);
  }
}
writeResults(summaries, cores, peerVersions());
process.stdout.write("\nThe figures of every round and the charts are in bench/results.\n");

if (failures.length > 0) {
  process.stdout.write(`\n${failures.join("\n")}\n`);
  process.exitCode = 1;
}

// The runs alternate within a round, and every second round has the opposite order, so that a change of the machine's
// load affects all runs alike.
async function measureAll(
  scenario: Scenario,
  options: Options,
  leftOut: Readonly<Record<string, string>>,
): Promise<Record<string, Figures[]>> {
  const runs = chosenRuns(scenario, options).filter((run) => !(run in leftOut));
  const rounds: Record<string, Figures[]> = Object.fromEntries(runs.map((run) => [run, []]));
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const run of round % 2 === 1 ? runs : runs.toReversed()) {
      progress.begin(`${scenario.name}, round ${round} of ${options.rounds}, ${run}`);
      const job = { scenario: scenario.name, run, options, cores };
      rounds[run]?.push(await spawnRun(job, (text) => progress.show(text)));
      progress.end();
    }
  }
  return rounds;
}

function missingEngines({ needs = {} }: Scenario, runs: readonly string[]): Record<string, string> {
  const missing = runs.flatMap((run) => {
    const engine = missingEngine(needs[run] ?? []);
    return engine === undefined ? [] : [[run, engine] as const];
  });
  return Object.fromEntries(missing);
}
