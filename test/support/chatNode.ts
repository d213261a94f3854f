import type { Session } from "../../src/server/accounts/ports/sessionStore.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_RETENTION,
  DEFAULT_SIZES,
  DEFAULT_TIMINGS,
  type Limits,
  type RetentionPolicy,
  type Sizes,
  type Timings,
} from "../../src/server/common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { LocalBus, MemoryFailedLogins, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import { ChatNode } from "../../src/server/node/node.ts";
import { encoder } from "./encoder.ts";
import { TestSink } from "./sink.ts";
import { FOLLOWS_AT_ONCE } from "./steadyClock.ts";
import { NOON, type Person, type Store } from "./storeFixture.ts";

/** How a test changes the node. */
export interface NodeSetUp {
  readonly through?: (engines: Engines) => Engines;
  readonly limits?: Partial<Limits>;
  readonly retention?: Partial<RetentionPolicy>;
  readonly timings?: Partial<Timings>;
  readonly clock?: () => number;
  readonly stopwatch?: Stopwatch;
  readonly sizes?: Partial<Sizes>;
}

const START = Date.now();

/** The clock of a node. It begins at NOON, when the users of a store signed in, so that their sessions are new. */
const clock = () => NOON + (Date.now() - START);

/** Opens a node on a store, with engines in memory and without a rate limit. */
export async function openNode(store: Store, setUp: NodeSetUp = {}) {
  const { through = (engines) => engines } = setUp;
  const engines: Engines = {
    log: store.log,
    search: store.search,
    accounts: store.accounts,
    sessions: store.sessions,
    roster: new MemoryRoster(),
    failedLogins: new MemoryFailedLogins(),
    clockMark: store.clockMark,
    readMarkers: store.readMarkers,
    bus: new LocalBus(),
    secrets: new NodeSecrets(),
  };
  const reported: unknown[] = [];
  const node = await ChatNode.open({
    engines: through(engines),
    encoder,
    limits: { ...DEFAULT_LIMITS, messagesPerSecond: 0, burst: 0, ...setUp.limits },
    retention: { ...DEFAULT_RETENTION, ...setUp.retention },
    timings: { ...DEFAULT_TIMINGS, ...(setUp.clock === undefined ? {} : FOLLOWS_AT_ONCE), ...setUp.timings },
    sizes: { ...DEFAULT_SIZES, ...setUp.sizes },
    loginFailures: 0,
    clock: setUp.clock ?? clock,
    stopwatch: setUp.stopwatch ?? systemStopwatch,
    report: (error) => reported.push(error),
  });
  return { node, engines, reported };
}

/** The session of a user who has just been authenticated. */
export function sessionOf({ sessionId, accountId, username }: Person): Session {
  return { id: sessionId, accountId, username, expiresAt: Number.MAX_SAFE_INTEGER, lastUsedAt: clock() };
}

/** Opens a stream of a user. */
export async function enter(node: ChatNode, person: Person): Promise<TestSink> {
  const sink = new TestSink();
  sink.stream = await node.enter(sessionOf(person), sink);
  return sink;
}

/** Opens a stream of a user, joins, and waits until it has caught up. */
export async function join(node: ChatNode, person: Person, how: { resumeAfter?: number; recent?: number } = {}) {
  const sink = await enter(node, person);
  await sink.stream.receive("", { kind: "join", logId: "", recent: 0, ...how });
  await sink.has("caughtUp");
  return sink;
}

/** A command that sends a text to everyone. */
export function toAll(text: string) {
  return { kind: "send", recipient: undefined, text, replyTo: 0, evenIfOffline: false } as const;
}
