import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import type { Bench } from "../load/bench.ts";
import { Recorder } from "../load/recorder.ts";
import { ClosedLoop, OpenLoop } from "../load/sendLoops.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { Scenario } from "./scenario.ts";

const WAIT_LIMIT_MS = 1000;
const READS_PER_PAGE_LIMIT = 5;
const IN_FLIGHT_WHILE_FILLING = 64;

/** Whether many clients that resume at once delay the others, and how often the server reads the store for them. */
export const resumeStorm: Scenario = {
  name: "resume-storm",
  summary: ({ receivers, messages, textBytes, rate }) =>
    `${receivers} clients resume at once, each ${messages} messages of ${textBytes} bytes behind, ` +
    `while one sends ${rate} a second`,
  // With shorter texts, all 10,000 messages would still be in memory, and the server would read no page.
  defaults: { receivers: 500, messages: 10_000, textBytes: 2048, rate: 50 },
  runs: { obrolan: resume },
  columns: [
    { figure: "seconds", title: "all caught up in, s", digits: 1 },
    { figure: "messagesPerSecond", title: "messages replayed a second", digits: 0 },
    { figure: "longestWait", title: "sender's longest wait, ms", digits: 0, over: "worst" },
    { figure: "pageReads", title: "pages read", digits: 0, over: "worst" },
    { figure: "readsPerPage", title: "reads a page", digits: 1, over: "worst" },
    { figure: "peak", title: "peak memory, MiB", digits: 0 },
  ],
  musts: ({ obrolan }) => [
    {
      what: "the sender's longest wait for `accepted` in any round",
      value: obrolan?.longestWait ?? Number.NaN,
      bound: "at most",
      limit: WAIT_LIMIT_MS,
      unit: "ms",
    },
    {
      what: "how often a page was read, in any round",
      value: obrolan?.readsPerPage ?? Number.NaN,
      bound: "at most",
      limit: READS_PER_PAGE_LIMIT,
      unit: "times",
    },
    { what: "pages read", value: obrolan?.pageReads ?? Number.NaN, bound: "at least", limit: 1, unit: "page" },
  ],
};

async function resume(bench: Bench): Promise<Figures> {
  const { receivers, messages, textBytes, rate } = bench.options;
  const server = await bench.startServer("obrolan");
  const users = new VirtualUsers(bench, server, new Recorder(textBytes));
  const senders = await users.connectAndJoin(1);
  new ClosedLoop(users, senders, IN_FLIGHT_WHILE_FILLING).start(messages);
  await users.waitUntilComplete(senders);

  const away = await users.connect(receivers, { isMeasured: false });
  const readsBefore = (await server.stats()).pageReads ?? Number.NaN;
  users.recorder.acceptLatency.clear();
  const [sender] = senders;
  if (!sender) throw new Error("There is no sender.");
  const loop = new OpenLoop(sender, rate);
  const startedAt = performance.now();
  loop.start();
  await users.waitFor(Promise.all(away.map((user) => user.join(0))), "all to be caught up");
  const seconds = (performance.now() - startedAt) / 1000;
  loop.stop();
  await users.waitFor(users.recorder.whenComplete(), "the sender's last messages");
  await users.waitFor(Promise.all(away.map((user) => user.hasReceived(users.recorder.sent))), "all to have everything");
  await users.waitUntilComplete();
  const pageReads = ((await server.stats()).pageReads ?? Number.NaN) - readsBefore;
  return {
    seconds,
    messagesPerSecond: (receivers * messages) / seconds,
    longestWait: users.recorder.acceptLatency.longestMs,
    pageReads,
    readsPerPage: pageReads / pagesBehind(messages, textBytes),
    peak: server.peakMemoryMib(),
  };
}

// The smallest number of pages that must come from the store. The timeline cannot hold more messages than the number
// whose texts alone would fill it.
function pagesBehind(messages: number, textBytes: number): number {
  return Math.ceil((messages - DEFAULT_SIZES.timelineBytes / textBytes) / DEFAULT_SIZES.pageMessages);
}
