import type { Bench } from "../load/bench.ts";
import { Recorder } from "../load/recorder.ts";
import { fillLog } from "../load/sqliteLog.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { Scenario } from "./scenario.ts";

const MESSAGES_PER_SECOND_LIMIT = 200_000;

/** How fast one client receives the messages that it missed. */
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
      limit: MESSAGES_PER_SECOND_LIMIT,
      unit: "a second",
    },
  ],
};

async function catchUpOf(bench: Bench): Promise<Figures> {
  const { messages, textBytes } = bench.options;
  const recorder = new Recorder(textBytes);
  const server = await bench.startServer("obrolan", (folder) => fillLog(folder, messages, recorder));
  const users = new VirtualUsers(bench, server, recorder);
  const [client] = await users.connect(1);
  if (!client) throw new Error("There is no client.");
  const cpuBefore = server.cpuSeconds();
  const loadBefore = process.cpuUsage();
  const startedAt = performance.now();
  await users.waitFor(client.join(0), "the client to be caught up");
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(loadBefore);
  const cpu = server.cpuSeconds() - cpuBefore;
  await users.waitUntilComplete();
  return {
    seconds,
    messagesPerSecond: messages / seconds,
    cpuPerMessage: (cpu / messages) * 1e6,
    loadBusy: ((user + system) / 1e6 / seconds) * 100,
    peak: server.peakMemoryMib(),
  };
}
