import { stepThrough } from "../../load/steps.ts";
import { capacity } from "../capacity.ts";
import type { Scenario } from "../scenario.ts";
import { BY_NODES, onLayouts } from "./layouts.ts";

/** The highest rate of messages that nodes keep up with if they share one core with PostgreSQL and NATS. */
export const clusterCapacity: Scenario = {
  name: "cluster-capacity",
  summary: (options) => `${capacity.summary(options)}; nodes, PostgreSQL and NATS share one core`,
  defaults: { ...capacity.defaults, seconds: 2, rates: [100, 500, 1000, 1500, 2000, 2500] },
  ...onLayouts(BY_NODES, (bench, cluster) => stepThrough(bench, cluster)),
  columns: [
    { figure: "sustained", title: "messages a second", digits: 0 },
    { figure: "deliveriesPerSecond", title: "deliveries a second", digits: 0 },
    { figure: "p50@100", title: "p50 at 100, ms", digits: 1 },
    { figure: "p99@100", title: "p99 at 100, ms", digits: 1 },
    { figure: "p50@1000", title: "p50 at 1,000, ms", digits: 1 },
    { figure: "p99@1000", title: "p99 at 1,000, ms", digits: 1 },
    { figure: "nodesBusy", title: "at the most, % of a core: nodes", digits: 0 },
    { figure: "postgresBusy", title: "PostgreSQL", digits: 0 },
    { figure: "natsBusy", title: "NATS", digits: 0 },
    { figure: "loadBusy", title: "load", digits: 0 },
  ],
  musts: () => [],
};
