import type { Scenario } from "../scenario.ts";
import { atRest } from "./at-rest.ts";
import { fanOut } from "./fan-out.ts";
import { resumeStorm } from "./resume-storm.ts";
import { slowReaders } from "./slow-readers.ts";

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [fanOut, atRest, slowReaders, resumeStorm];
