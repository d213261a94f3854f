import type { Bench } from "../load/bench.ts";
import { Crowd } from "../load/crowd.ts";
import { fillLog } from "../load/fill.ts";
import { Ledger } from "../load/ledger.ts";
import type { Figures, Scenario } from "../scenario.ts";

const SPEED_LIMIT = 200_000;

/** How fast one who was away gets what they missed. */
export const catchUp: Scenario = {
  name: "catch-up",
  summary: ({ messages, textBytes }) =>
    `one reader joins from cursor 0, ${messages} messages of ${textBytes} bytes behind`,
  defaults: { messages: 1_000_000, textBytes: 100 },
  runs: { obrolan: catchUpOf },
  columns: [
    { figure: "messagesPerSecond", title: "messages a second", digits: 0 },
    { figure: "seconds", title: "caught up in, s", digits: 2 },
    { figure: "cpuPerMessage", title: "CPU a message, µs", digits: 2 },
    { figure: "loadBusy", title: "load busy, %", digits: 0 },
    { figure: "peak", title: "peak memory, MiB", digits: 0 },
  ],
  musts: ({ obrolan }) => [
    {
      what: "messages a second that one reader catches up at",
      value: obrolan?.messagesPerSecond ?? Number.NaN,
      bound: "at least",
      limit: SPEED_LIMIT,
      unit: "a second",
    },
  ],
};

async function catchUpOf(bench: Bench): Promise<Figures> {
  const { messages, textBytes } = bench.options;
  const ledger = new Ledger(textBytes);
  const server = await bench.serve("obrolan", (folder) => fillLog(folder, messages, ledger));
  const crowd = new Crowd(bench, server, ledger);
  const [reader] = await crowd.connect(1);
  if (!reader) throw new Error("There is no reader.");
  const cpuBefore = server.cpuSeconds();
  const loadBefore = process.cpuUsage();
  const startedAt = performance.now();
  await crowd.until(reader.join(0), "the reader to be caught up");
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(loadBefore);
  const cpu = server.cpuSeconds() - cpuBefore;
  await crowd.settle();
  return {
    seconds,
    messagesPerSecond: messages / seconds,
    cpuPerMessage: (cpu / messages) * 1e6,
    loadBusy: ((user + system) / 1e6 / seconds) * 100,
    peak: server.peakMemory(),
  };
}
