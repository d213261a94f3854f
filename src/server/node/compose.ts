import { LoginThrottle } from "../accounts/loginThrottle.ts";
import { RevokedSessions } from "../accounts/revokedSessions.ts";
import { SignIn } from "../accounts/signIn.ts";
import { CallLimit } from "../chat/callLimit.ts";
import { Counters } from "../chat/counters.ts";
import type { Encoder } from "../chat/events.ts";
import { FanOut } from "../chat/fanOut.ts";
import { History } from "../chat/history.ts";
import { MessageSubmitter } from "../chat/messageSubmitter.ts";
import { RateLimiter } from "../chat/rateLimiter.ts";
import { ReadMarks } from "../chat/readMarks.ts";
import { Search } from "../chat/search.ts";
import { StreamFactory } from "../chat/streamFactory.ts";
import type { Limits, RetentionPolicy, Sizes, Timings } from "../common/limits.ts";
import { SteadyClock } from "../common/steadyClock.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import { Committer } from "../log/committer.ts";
import { timeOf } from "../log/entry.ts";
import { LogAhead } from "../log/logAhead.ts";
import { LogReplica } from "../log/logReplica.ts";
import { Retention } from "../log/retention.ts";
import { LocalPresence } from "../presence/localPresence.ts";
import { PresenceFeed } from "../presence/presenceFeed.ts";
import { Indexer } from "../search/indexer.ts";
import type { Engines } from "./engines.ts";

/** The collaborators and settings of a node. */
export interface NodeOptions {
  readonly engines: Engines;
  readonly encoder: Encoder;
  readonly limits: Limits;
  readonly retention: RetentionPolicy;
  readonly timings: Timings;
  readonly sizes: Sizes;
  /** The number of failed sign-ins for a name and address with which waiting begins; 0: never. */
  readonly loginFailures: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly stopwatch: Stopwatch;
  /** Receives the errors that an operator must know about. */
  readonly report: (error: unknown) => void;
  /** Receives warnings for an operator, each a sentence. Default: they are dropped. */
  readonly warn?: (message: string) => void;
  /** Called with false when the store stops answering, and with true when it answers again. Default: none. */
  readonly storeAnswers?: (does: boolean) => void;
}

/** The most calls of one account, of those that read the log, the search index or the read markers, that run at once. */
const MAX_CALLS_OF_ACCOUNT = 4;

/** The parts of a node. */
export type NodeParts = Awaited<ReturnType<typeof compose>>;

/** Creates the parts of a node; reads the log and the clock mark from the store. Throws `StoreUnavailable`. */
export async function compose(options: NodeOptions) {
  const { engines, limits, timings, stopwatch, report } = options;
  const { log, clock, logAhead } = await openLog(options);
  const fanOut = new FanOut(stopwatch);
  const rate = new RateLimiter(limits, stopwatch);
  const counters = new Counters(log.counters);
  const committer = new Committer({
    store: engines.log,
    log,
    bus: engines.bus,
    stopwatch,
    onCommitted: (newest) => logAhead.check(timeOf(newest)),
    report,
  });
  const retention = new Retention({
    store: engines.log,
    bus: engines.bus,
    policy: options.retention,
    clock: () => (clock.isSettled ? clock.read().earlier : undefined),
    stopwatch,
  });
  const accounts = composeAccounts(options, clock);
  const presence = composePresence(options, clock, fanOut);
  const submitter = new MessageSubmitter({
    log: engines.log,
    accounts: engines.accounts,
    roster: engines.roster,
    committer,
    rate,
    limits,
    clock: options.clock,
  });
  const { signIn } = accounts;
  const streamFactory = new StreamFactory({
    log,
    fanOut,
    ...presence,
    submitter,
    signIn,
    encoder: options.encoder,
    counters,
    limits,
    timings,
    sizes: options.sizes,
    stopwatch,
    report,
  });
  return {
    ...accounts,
    ...presence,
    log,
    clock,
    fanOut,
    rate,
    counters,
    committer,
    retention,
    timings,
    streamFactory,
    history: new History({ log: engines.log, accounts: engines.accounts, counters, stopwatch }),
    search: new Search({
      index: engines.search,
      accounts: engines.accounts,
      secrets: engines.secrets,
      counters,
      stopwatch,
    }),
    indexer: new Indexer(engines.search, report),
    readMarks: new ReadMarks({ markers: engines.readMarkers, log, bus: engines.bus, counters }),
    callLimit: new CallLimit(MAX_CALLS_OF_ACCOUNT),
  };
}

async function openLog({ engines, encoder, sizes, timings, stopwatch, clock, warn = () => {} }: NodeOptions) {
  const { holeTimeoutMs } = timings;
  const log = await LogReplica.open(engines.log, encoder, sizes, { holeTimeoutMs, stopwatch });
  const [newest] = log.headId === 0 ? [] : await engines.log.read(log.headId, log.headId);
  // Early versions wrote no mark: then the time of the newest entry is compared.
  const newestAt = newest === undefined ? undefined : timeOf(newest);
  const seen = (await engines.clockMark.read()) ?? newestAt;
  const logAhead = new LogAhead({ clock, stopwatch, warn });
  const steadyClock = new SteadyClock({ clock, stopwatch, seen, timings, warn });
  if (newestAt !== undefined) logAhead.check(newestAt);
  return { log, clock: steadyClock, logAhead };
}

function composeAccounts({ engines, timings, stopwatch, loginFailures }: NodeOptions, clock: SteadyClock) {
  const throttle = new LoginThrottle(engines.failedLogins, { free: loginFailures, clock: () => clock.now });
  return {
    signIn: new SignIn(engines, { throttle, timings, clock }),
    revoked: new RevokedSessions(engines.sessions, timings.sessionCheckIntervalMs, stopwatch),
  };
}

function composePresence({ engines, timings, stopwatch }: NodeOptions, clock: SteadyClock, fanOut: FanOut) {
  const { roster, bus } = engines;
  return {
    presence: new LocalPresence(roster, () => bus.publish({ kind: "presence" }), {
      graceMs: timings.graceMs,
      clock: () => clock.now,
      stopwatch,
    }),
    feed: new PresenceFeed(roster, timings.presenceWindowMs, () => fanOut.wakeAll(1)),
  };
}
