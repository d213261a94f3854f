import type { Bench } from "../../load/bench.ts";
import { Histogram } from "../../load/histogram.ts";
import { Appender } from "../../load/postgresAppender.ts";
import { cpuSecondsOfCores } from "../../machine/cpuTime.ts";
import { atStep, type Figures } from "../../model/figures.ts";
import type { Run, Scenario } from "../scenario.ts";

const BATCHES = [1, 10, 100, 1000];
const WARM_UP_SECONDS = 0.5;
const APPENDERS = { "1 appends": 1, "2 append": 2, "3 append": 3 } as const;

/** How many messages per second one log in PostgreSQL can append. No number of nodes can exceed this rate. */
export const clusterAppends: Scenario = {
  name: "cluster-appends",
  summary: ({ textBytes, seconds }) =>
    `stores without nodes, each with one append of ${BATCHES.join(", ")} messages of ${textBytes} bytes ` +
    `in flight at all times, for ${seconds} s each`,
  defaults: { seconds: 2, textBytes: 100 },
  runs: Object.fromEntries(Object.entries(APPENDERS).map(([name, count]): [string, Run] => [name, appendsOf(count)])),
  needs: Object.fromEntries(Object.keys(APPENDERS).map((name) => [name, ["postgres"] as const])),
  columns: [
    ...BATCHES.map((batch) => ({
      figure: `messages@${batch}`,
      title: `${batch} a commit: messages a second`,
      digits: 0,
    })),
    ...[1, 10, 100].map((batch) => ({ figure: `commitP50@${batch}`, title: `${batch}: a commit, p50, ms`, digits: 2 })),
    ...BATCHES.map((batch) => ({
      figure: `cpu@${batch}`,
      title: `${batch}: PostgreSQL CPU a message, µs`,
      digits: 0,
    })),
    { figure: "busy@1000", title: "1000: its core busy, %", digits: 0 },
  ],
  musts: () => [],
};

function appendsOf(count: number): Run {
  return async (bench) => {
    const cluster = await bench.startCluster({ nodes: 0, engines: ["postgres"] });
    const appenders: Appender[] = [];
    try {
      for (let number = 1; number <= count; number += 1) {
        appenders.push(await Appender.open(cluster.url("postgres"), `bench${number}`));
      }
      let figures: Figures = {};
      for (const batch of BATCHES) {
        const step = await stepOf(bench, appenders, batch, () => cluster.cpuSeconds());
        figures = { ...figures, ...atStep(batch, step) };
      }
      await check(appenders);
      return figures;
    } finally {
      await Promise.all(appenders.map((appender) => appender.close()));
    }
  };
}

async function stepOf(
  bench: Bench,
  appenders: readonly Appender[],
  batch: number,
  cpuSeconds: () => number,
): Promise<Figures> {
  let shouldContinue = true;
  const running = appenders.map((appender) => appender.run(batch, bench.options.textBytes, () => shouldContinue));
  for (const one of running) one.catch(bench.fail);
  await bench.runFor(WARM_UP_SECONDS, `${batch} a commit, warming up`);
  for (const { times } of appenders) times.clear();
  const appended = () => appenders.reduce((sum, appender) => sum + appender.appended, 0);
  const before = {
    at: performance.now(),
    cpu: cpuSeconds(),
    cores: cpuSecondsOfCores(bench.cores),
    appended: appended(),
  };
  const loadBefore = process.cpuUsage();
  await bench.runFor(bench.options.seconds, `${batch} a commit, measuring`);
  const elapsed = (performance.now() - before.at) / 1000;
  const cpu = cpuSeconds() - before.cpu;
  const messages = appended() - before.appended;
  const { user, system } = process.cpuUsage(loadBefore);
  const load = (user + system) / 1e6;
  const times = new Histogram();
  for (const appender of appenders) times.merge(appender.times);
  shouldContinue = false;
  await Promise.all(running);
  return {
    messages: messages / elapsed,
    commits: messages / batch / elapsed,
    commitP50: times.quantile(0.5),
    cpu: (cpu / messages) * 1e6,
    busy: (cpu / elapsed) * 100,
    load: (load / elapsed) * 100,
    othersBusy: Math.max(0, ((cpuSecondsOfCores(bench.cores) - before.cores - cpu - load) / elapsed) * 100),
  };
}

// The ids of all appenders together are dense, so no message was lost and none was appended twice.
async function check(appenders: readonly Appender[]): Promise<void> {
  const appended = appenders.reduce((sum, appender) => sum + appender.appended, 0);
  const headId = await appenders[0]?.headId();
  if (headId !== appended) throw new Error(`The log ends at ${headId}, but ${appended} messages were appended.`);
}
