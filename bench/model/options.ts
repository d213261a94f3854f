import { tmpdir } from "node:os";
import type { Pause } from "../wires/wire.ts";

/** The options of the command line. A scenario uses those that it needs. */
export interface Options {
  /** How many times every run is repeated. The medians over the rounds count. */
  readonly rounds: number;
  /** Which runs of the scenario to do; all if undefined. */
  readonly runs: readonly string[] | undefined;
  /** How long a measurement lasts, for a scenario that measures for a fixed time. */
  readonly seconds: number;
  /** How many clients receive, each on a connection of its own. */
  readonly receivers: number;
  /** How many messages are in flight at a time. */
  readonly underWay: number;
  /** Messages per second, for a scenario that sends at a fixed rate. */
  readonly rate: number;
  /** The rates to step through, in messages per second, for a scenario with more than one. */
  readonly rates: readonly number[];
  /** How many messages are sent or stored, for a scenario with a fixed number of them. */
  readonly messages: number;
  /** The length of every text in bytes. */
  readonly textBytes: number;
  /** How slow clients stop reading. */
  readonly pause: Pause;
  /** The folder in which servers create their data folders. */
  readonly data: string;
  /** The folder for a CPU profile of each server; no profile if undefined. */
  readonly profile: string | undefined;
}

/** The options that neither the command line nor the scenario sets. */
export const DEFAULT_OPTIONS: Options = {
  rounds: 3,
  runs: undefined,
  seconds: 4,
  receivers: 100,
  underWay: 16,
  rate: 10,
  rates: [],
  messages: 10_000,
  textBytes: 100,
  pause: "window",
  data: tmpdir(),
  profile: undefined,
};
