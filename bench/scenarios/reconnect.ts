import { setTimeout as wait } from "node:timers/promises";
import { Backoff } from "../../src/client/backoff.ts";
import type { Bench } from "../load/bench.ts";
import { Histogram } from "../load/histogram.ts";
import { Recorder } from "../load/recorder.ts";
import { OpenLoop } from "../load/sendLoops.ts";
import type { VirtualUser } from "../load/virtualUser.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { Scenario } from "./scenario.ts";

const TIME_LIMIT_SECONDS = 15;
const TRAFFIC_AROUND_CUT_SECONDS = 1;

/** How soon many clients are back that lost their connections at the same moment. */
export const reconnect: Scenario = {
  name: "reconnect",
  summary: ({ receivers, rate }) =>
    `${receivers} clients lose their connections at once and resume, ` +
    `while one that stayed sends ${rate} messages a second`,
  defaults: { receivers: 5000, rate: 20 },
  runs: { obrolan: reconnectOf },
  columns: [
    { figure: "seconds", title: "all back in, s", digits: 1, over: "worst" },
    { figure: "p50", title: "p50, s", digits: 1 },
    { figure: "attempts", title: "attempts a client", digits: 2 },
    { figure: "longestWait", title: "sender's longest wait, ms", digits: 0, over: "worst" },
    { figure: "peak", title: "peak memory, MiB", digits: 0 },
  ],
  musts: ({ obrolan }, { receivers }) => [
    {
      what:
        `until ${receivers.toLocaleString("en")} clients are connected, signed in and caught up again, ` +
        "in any round",
      value: obrolan?.seconds ?? Number.NaN,
      bound: "at most",
      limit: TIME_LIMIT_SECONDS,
      unit: "s",
    },
  ],
};

async function reconnectOf(bench: Bench): Promise<Figures> {
  const { receivers, rate, textBytes } = bench.options;
  const server = await bench.startServer("obrolan");
  const users = new VirtualUsers(bench, server, new Recorder(textBytes));
  const [sender] = await users.connectAndJoin(1);
  const others = await users.connectAndJoin(receivers);
  if (!sender) throw new Error("There is no sender.");
  const loop = new OpenLoop(sender, rate);
  loop.start();
  await bench.runFor(TRAFFIC_AROUND_CUT_SECONDS, "before the cut");

  users.recorder.acceptLatency.clear();
  const times = new Histogram();
  let attempts = 0;
  const comeBack = async (user: VirtualUser) => {
    const backoff = new Backoff();
    while (true) {
      await wait(backoff.next());
      attempts += 1;
      if (
        await users.reopen(user).then(
          () => true,
          () => false,
        )
      )
        break;
    }
    await user.rejoin();
    times.add(performance.now() - cutAt);
  };
  for (const user of others) user.close();
  const cutAt = performance.now();
  await users.waitFor(Promise.all(others.map(comeBack)), "all to be back");
  const longestWait = users.recorder.acceptLatency.longestMs;
  await bench.runFor(TRAFFIC_AROUND_CUT_SECONDS, "after the cut");
  loop.stop();
  await users.waitUntilComplete();
  return {
    seconds: times.longestMs / 1000,
    p50: times.quantile(0.5) / 1000,
    attempts: attempts / receivers,
    longestWait,
    peak: server.peakMemoryMib(),
  };
}
