import type { Scenario } from "../scenario.ts";
import { clusterAcceptRate } from "./accept-rate.ts";
import { clusterAppends } from "./appends.ts";
import { clusterAtRest } from "./at-rest.ts";
import { clusterCapacity } from "./capacity.ts";
import { clusterFanOut } from "./fan-out.ts";

/** The scenarios with several nodes on one PostgreSQL and NATS, in the order in which they run. */
export const clusterScenarios: readonly Scenario[] = [
  clusterFanOut,
  clusterAtRest,
  clusterAcceptRate,
  clusterCapacity,
  clusterAppends,
].map((scenario) => ({ ...scenario, isOfCluster: true }));
