// `npm run soak`: the real server, and a crowd that comes and goes at random, for as long as is asked for. Every client is checked
// all the time; at the end the server must be what it was at the beginning.
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd, NAMES } from "./crowd.ts";
import { Ledger } from "./ledger.ts";
import { readOptions } from "./options.ts";
import { say, tell } from "./report.ts";
import { writeResults } from "./results.ts";
import { SoakServer } from "./server.ts";
import { heapOf, inMegabytes, notBack, verdict } from "./verdict.ts";
import { type Sample, Watch } from "./watch.ts";
import type { World } from "./world.ts";

/** How long the server has for coming back to where it began, in milliseconds; who broke off counts as online for 10 s of it. */
const SETTLING = 60_000;

const { minutes, seed } = readOptions(process.argv);
say(`soak of ${minutes} minutes, --seed ${seed}`);
const server = await SoakServer.start();
const closing = new AbortController();
const failure = Promise.withResolvers<never>();
const world: World = {
  port: server.port,
  ledger: new Ledger(),
  names: NAMES,
  closing: closing.signal,
  fail: failure.reject,
};
server.exited.then(() => failure.reject(new Error("The server ended.")));

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
// Where a client failed, others may still wait for something.
process.exit();

async function soak(): Promise<string[]> {
  const crowd = new Crowd(world, seed);
  const watch = new Watch(server);
  say("filling the log, the timeline and the cache of pages");
  await crowd.prepare();
  const begin = await settled(watch, () => true);

  watch.begin();
  const over = sleep(minutes * 60_000).then(() => closing.abort());
  await Promise.all([over, watch.run(closing.signal, tell), crowd.live()]);
  say("everybody gets the rest, and leaves");
  await crowd.finish();
  const end = await settled(watch, (now) => notBack(begin, now).length === 0);

  const seen = { begin, samples: watch.samples, end };
  const { early, late } = heapOf(watch.samples);
  const files = await writeResults({ minutes, seed, ...seen });
  say(`${end.accepted} messages accepted, ${end.deliveries} delivered, ${end.stalled} streams reset as stalled`);
  const heap = [begin.heap, early, late, end.heap].map(inMegabytes);
  say(
    `heap behind a collection of garbage: ${heap[0]} before the first client came, ${heap[1]} after the second minute,`,
  );
  say(`${heap[2]} at the end, ${heap[3]} when all had left`);
  for (const file of files) say(`written: ${file}`);
  return [...verdict(seen), ...server.complaints().map((line) => `The server wrote: ${line}`)];
}

/** A sample as soon as one is as it should be, or when there was time enough for it. */
async function settled(watch: Watch, isSettled: (now: Sample) => boolean): Promise<Sample> {
  const deadline = Date.now() + SETTLING;
  let now = await watch.take();
  while (!isSettled(now) && Date.now() < deadline) {
    await sleep(1_000);
    now = await watch.take();
  }
  return now;
}
