import type { SignIn } from "../accounts/signIn.ts";
import type { Limits, Sizes, Timings } from "../common/limits.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { LogReplica } from "../log/logReplica.ts";
import type { LocalPresence } from "../presence/localPresence.ts";
import type { PresenceFeed } from "../presence/presenceFeed.ts";
import type { Counters } from "./counters.ts";
import type { Encoder } from "./events.ts";
import type { FanOut } from "./fanOut.ts";
import type { MessageSubmitter } from "./messageSubmitter.ts";

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
