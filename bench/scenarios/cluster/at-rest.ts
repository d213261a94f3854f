import type { Bench } from "../../load/bench.ts";
import { measure } from "../../load/measure.ts";
import { NodeLatencyMeter } from "../../load/nodeLatency.ts";
import { Recorder } from "../../load/recorder.ts";
import { OpenLoop } from "../../load/sendLoops.ts";
import { VirtualUsers } from "../../load/virtualUsers.ts";
import type { Figures } from "../../model/figures.ts";
import type { Cluster } from "../../targets/cluster.ts";
import type { Scenario } from "../scenario.ts";
import { onLayouts } from "./layouts.ts";

const WARM_UP_SECONDS = 3;
const OTHER_NODE_LIMIT_MS = 5;
// Without NATS a node polls the log twice per second.
const WITHOUT_NATS_LIMIT_MS = 500;

/** The latency of a message within a node and between nodes, if no other message is in flight. */
export const clusterAtRest: Scenario = {
  name: "cluster-at-rest",
  summary: ({ receivers, rate, textBytes, seconds }) =>
    `${rate} messages of ${textBytes} bytes a second, sent on one node, ` +
    `to ${receivers} receivers spread over the nodes, for ${seconds} s`,
  defaults: { seconds: 6, receivers: 99, rate: 20, textBytes: 100 },
  ...onLayouts(["embedded", "1 node", "3 nodes", "3 nodes, no NATS"], atRestOn),
  columns: [
    { figure: "acceptedP50", title: "to accepted, p50, ms", digits: 2 },
    { figure: "acceptedP99", title: "p99, ms", digits: 2 },
    { figure: "sameP50", title: "to receivers on the node, p50, ms", digits: 2 },
    { figure: "sameP99", title: "p99, ms", digits: 2 },
    { figure: "otherP50", title: "on other nodes, p50, ms", digits: 2 },
    { figure: "otherP99", title: "p99, ms", digits: 2 },
    { figure: "afterAcceptedP50", title: "from accepted to other nodes, p50, ms", digits: 2 },
    { figure: "afterAcceptedP99", title: "p99, ms", digits: 2 },
    { figure: "nodesBusy", title: "busy, % of a core: nodes", digits: 0 },
    { figure: "postgresBusy", title: "PostgreSQL", digits: 1 },
    { figure: "natsBusy", title: "NATS", digits: 1 },
  ],
  musts: ({ "3 nodes": nodes, "3 nodes, no NATS": without }) => [
    {
      what: "from `accepted` on one node to delivery on another, median",
      value: nodes?.afterAcceptedP50 ?? Number.NaN,
      bound: "at most",
      limit: OTHER_NODE_LIMIT_MS,
      unit: "ms",
    },
    {
      what: "the same without NATS",
      value: without?.afterAcceptedP50 ?? Number.NaN,
      bound: "at most",
      limit: WITHOUT_NATS_LIMIT_MS,
      unit: "ms",
    },
  ],
};

async function atRestOn(bench: Bench, cluster: Cluster): Promise<Figures> {
  const { receivers, rate, textBytes, seconds } = bench.options;
  const users = new VirtualUsers(bench, cluster, new Recorder(textBytes));
  const meter = new NodeLatencyMeter();
  users.onDelivered = (node, number, at) => meter.add(node, number, at);
  const [sender] = await users.connectAndJoin(1);
  await users.connectAndJoin(receivers);
  if (!sender) throw new Error("There is no sender.");
  const loop = new OpenLoop(sender, rate);
  loop.start();
  await bench.runFor(WARM_UP_SECONDS, "warming up");
  meter.start(users.recorder.sent + 1);
  const measured = await measure(bench, cluster, users, seconds);
  loop.stop();
  await users.waitUntilComplete();
  const { same, other, otherAfterAccepted: after } = meter.latencies(users.recorder);
  const { acceptLatency } = users.recorder;
  return {
    ...measured,
    acceptedP50: acceptLatency.quantile(0.5),
    acceptedP99: acceptLatency.quantile(0.99),
    sameP50: same.quantile(0.5),
    sameP99: same.quantile(0.99),
    otherP50: other.quantile(0.5),
    otherP99: other.quantile(0.99),
    afterAcceptedP50: after.quantile(0.5),
    afterAcceptedP99: after.quantile(0.99),
  };
}
