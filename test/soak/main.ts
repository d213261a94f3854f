// `npm run soak`: the real server, and virtual users who come and go at random for as long as is asked for. The
// rolling check verifies all the time what they see. At the end the server must hold no more than at the beginning.
import { setTimeout as sleep } from "node:timers/promises";
import { Recorder } from "../rig/recorder.ts";
import { RollingCheck } from "../rig/rollingCheck.ts";
import { FURTHEST_BACK } from "./background.ts";
import { JUDGED_MINUTES, readOptions } from "./options.ts";
import { say, tell } from "./report.ts";
import { writeResults } from "./results.ts";
import { SoakServer } from "./server.ts";
import { NAMES, SoakUsers } from "./users.ts";
import { heapOf, inMegabytes, notBack, verdict } from "./verdict.ts";
import { type Sample, Watch } from "./watch.ts";

/**
 * How long the server has until its figures must be back where they began, in milliseconds. A user whose stream broke
 * off stays online for 10 s of this time.
 */
const SETTLING_MS = 60_000;

const { minutes, seed, runtime } = readOptions(process.argv);
say(`soak of ${minutes} minutes, --seed ${seed} --runtime ${runtime}`);
const server = await SoakServer.start(runtime);
const closing = new AbortController();
const failure = Promise.withResolvers<never>();
const recorder = new Recorder();
const rolling = new RollingCheck(recorder, 2 * FURTHEST_BACK);
const soakUsers = new SoakUsers({ port: server.port, recorder, names: NAMES, closing: closing.signal }, seed);
server.exited.then(() => failure.reject(new Error("The server ended.")));
for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, failure.reject);

try {
  const problems = await Promise.race([soak(), failure.promise]);
  for (const problem of problems) say(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  say(`${error instanceof Error ? error.message : error} (--seed ${seed})`);
  for (const line of server.complaints()) say(`the server wrote: ${line}`);
  process.exitCode = 1;
} finally {
  closing.abort();
  await server.stop();
}
// If a client failed, others may still wait for something, and keep the process alive.
process.exit();

async function soak(): Promise<string[]> {
  const watch = new Watch(server);
  say("filling the log, the timeline and the page cache");
  await soakUsers.prepare();
  expectNone(rolling.look());
  const begin = await settled(watch, () => true);

  watch.begin();
  const over = sleep(minutes * 60_000).then(() => closing.abort());
  const seen = (sample: Sample) => {
    tell(sample);
    expectNone(rolling.look());
  };
  await Promise.all([over, watch.run(closing.signal, seen), soakUsers.run()]);
  say("every user receives the rest, and leaves");
  await soakUsers.finish();
  const { violations, accepted, deliveries } = rolling.finish();
  expectNone(violations);
  const end = await settled(watch, (now) => notBack(begin, now).length === 0);

  const files = await writeResults({ minutes, seed, runtime, begin, samples: watch.samples, end });
  const { early, late } = heapOf(watch.samples);
  say(`${accepted} messages accepted and ${deliveries} deliveries verified, ${end.stalled} streams reset as stalled`);
  const judgesGrowth = minutes >= JUDGED_MINUTES;
  const growth = judgesGrowth
    ? `${inMegabytes(early)} after the second minute, ${inMegabytes(late)} at the end`
    : `its growth is judged from ${JUDGED_MINUTES} minutes on`;
  say(`heap after a garbage collection: ${inMegabytes(begin.heap)} before the first client came, ${growth},`);
  say(`${inMegabytes(end.heap)} when all had left`);
  for (const file of files) say(`written: ${file}`);
  const complaints = server.complaints().map((line) => `The server wrote: ${line}`);
  return [...verdict({ begin, samples: watch.samples, end }, judgesGrowth), ...complaints];
}

function expectNone(violations: readonly string[]): void {
  if (violations.length > 0) {
    throw new Error(`${violations.length} violations, the first of them:\n${violations.slice(0, 20).join("\n")}\n`);
  }
}

/** The first sample that `isSettled` accepts; the last one if none is accepted in time. */
async function settled(watch: Watch, isSettled: (now: Sample) => boolean): Promise<Sample> {
  const deadline = Date.now() + SETTLING_MS;
  let now = await watch.take();
  while (!isSettled(now) && Date.now() < deadline) {
    await sleep(1_000);
    now = await watch.take();
  }
  return now;
}
