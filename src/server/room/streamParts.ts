import type { Encoder } from "./events.ts";
import type { Limits, Sizes, Timings } from "./limits.ts";
import type { LogReplica } from "./log.ts";
import type { LocalPresence } from "./presence.ts";
import type { PresenceFeed } from "./presenceFeed.ts";
import type { FanOut } from "./rounds.ts";
import type { MessageSubmitter } from "./sender.ts";
import type { SignIn } from "./signIn.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { Counters } from "./tallies.ts";

/** What a stream stands in: the same for all of them. */
export interface StreamParts {
  readonly log: LogReplica;
  readonly fanOut: FanOut;
  readonly presence: LocalPresence;
  readonly feed: PresenceFeed;
  readonly sender: MessageSubmitter;
  readonly signIn: SignIn;
  readonly encoder: Encoder;
  readonly limits: Limits;
  readonly timings: Timings;
  readonly sizes: Sizes;
  readonly counters: Counters;
  readonly stopwatch: Stopwatch;
  /** Something went wrong that the operator wants to know. */
  readonly report: (error: unknown) => void;
}
