import { acceptRate } from "./accept-rate.ts";
import { atRest } from "./at-rest.ts";
import { bySize } from "./by-size.ts";
import { capacity } from "./capacity.ts";
import { catchUp } from "./catch-up.ts";
import { clusterScenarios } from "./cluster/index.ts";
import { fanOut, oneUnderWay } from "./fan-out.ts";
import { idle } from "./idle.ts";
import { lookBack } from "./look-back.ts";
import { reconnect } from "./reconnect.ts";
import { resumeStorm } from "./resume-storm.ts";
import type { Scenario } from "./scenario.ts";
import { slowReaders } from "./slow-readers.ts";

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  fanOut,
  oneUnderWay,
  capacity,
  bySize,
  atRest,
  acceptRate,
  catchUp,
  idle,
  reconnect,
  slowReaders,
  resumeStorm,
  lookBack,
  ...clusterScenarios,
];
