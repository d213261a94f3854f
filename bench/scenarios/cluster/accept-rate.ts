import { acceptRate, acceptRateOn } from "../accept-rate.ts";
import type { Scenario } from "../scenario.ts";
import { BY_NODES, onLayouts, partColumns, withCounts } from "./layouts.ts";

/** How many messages per second become durable if every node has senders. */
export const clusterAcceptRate: Scenario = {
  name: "cluster-accept-rate",
  summary: (options) => `${acceptRate.summary(options)}; spread over the nodes`,
  defaults: acceptRate.defaults,
  ...onLayouts(BY_NODES, (bench, cluster) => withCounts(cluster, () => acceptRateOn(bench, cluster))),
  columns: [
    { figure: "acceptedPerSecond", title: "accepted a second", digits: 0 },
    { figure: "acceptedP50", title: "to accepted, p50, ms", digits: 1 },
    { figure: "acceptedP99", title: "p99, ms", digits: 1 },
    ...partColumns,
    { figure: "nodesBusy", title: "busy, % of a core: nodes", digits: 0 },
    { figure: "postgresBusy", title: "PostgreSQL", digits: 0 },
    { figure: "natsBusy", title: "NATS", digits: 0 },
    { figure: "loadBusy", title: "load", digits: 0 },
  ],
  musts: () => [],
};
