import { randomUUID } from "node:crypto";
import type { AccountStore } from "../../accounts/ports/accountStore.ts";
import type { FailedLoginStore } from "../../accounts/ports/failedLoginStore.ts";
import type { SessionStore } from "../../accounts/ports/sessionStore.ts";
import type { ClockMark } from "../../common/ports/clockMark.ts";
import type { LogStore } from "../../log/ports/logStore.ts";
import type { ReadMarkers } from "../../log/ports/readMarkers.ts";
import type { Roster } from "../../presence/ports/roster.ts";
import type { SearchIndex } from "../../search/ports/searchIndex.ts";
import { Splitter } from "../../search/words.ts";
import { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { wordsOf } from "../shared/failures.ts";
import { LeaseClient, type LeaseTimes, leaseTimesOf } from "../shared/leaseClient.ts";
import { PostgresAccounts } from "./accounts.ts";
import { type Address, parseAddress } from "./address.ts";
import { PostgresFailedLogins } from "./attempts.ts";
import { PostgresClockMark } from "./clockMark.ts";
import { Connections, type Purpose } from "./connections.ts";
import { PostgresLeases } from "./leases.ts";
import { type LogPools, PostgresLog } from "./log.ts";
import { reachDatabase, retryUntil } from "./opening.ts";
import { PostgresReadMarkers } from "./readMarkers.ts";
import { PostgresRoster } from "./roster.ts";
import { PostgresSearch, SEARCH_TIMEOUT_MS, type SearchPools } from "./search.ts";
import { ANSWER_TIMEOUT_MS, serverTimeoutOf, serverTimeouts } from "./session.ts";
import { PostgresSessions } from "./sessions.ts";

/** A store in a PostgreSQL database, which any number of nodes may share. */
export interface PostgresStore {
  readonly log: LogStore;
  readonly search: SearchIndex;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly readMarkers: ReadMarkers;
  readonly roster: Roster;
  readonly failedLogins: FailedLoginStore;
  readonly clockMark: ClockMark;
  /** Host, port and database, for people. */
  readonly name: string;
  /** Closes this node's connections after the calls in flight. Its users stay online for `shutdownGraceMs`. */
  close(): Promise<void>;
}

/** The options of `openPostgresStore`. */
export interface PostgresOptions extends Partial<LeaseTimes> {
  /** postgres://USER:PASSWORD@HOST:PORT/DATABASE, optionally with parameters that pg knows. */
  readonly url: string;
  /**
   * Receives errors for the operator's log: the database is unavailable or has an unsafe setting, or the log has
   * regressed.
   */
  readonly report: (error: Error) => void;
  /** How long to wait for an unavailable database, in milliseconds. Default: 30,000. */
  readonly startTimeoutMs?: number;
  /**
   * How long an answer of the database may take, in milliseconds. PostgreSQL ends a statement after four fifths of
   * this time, or after it has waited for a lock for two fifths. Default: 5,000.
   */
  readonly answerTimeoutMs?: number;
}

/** How long an answer to the lease client may take: a stalled connection must be replaced before the lease expires. */
const LEASE_ANSWER_TIMEOUT_MS = 2_000;

/**
 * Opens the store of a database, and migrates the database first. Waits for an unavailable database. Throws an error
 * for the operator after the timeout, or if the database cannot be used.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const { report, startTimeoutMs = 30_000, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  const times = leaseTimesOf(options);
  const address = parseAddress(options.url);
  const deadline = { deadlineAt: performance.now() + startTimeoutMs, timeoutMs: startTimeoutMs, report };
  const synchronousCommit = await reachDatabase(address, new CircuitBreaker(() => {}), deadline);
  const pools = openPools(address, durableLevel(synchronousCommit, address, report), answerTimeoutMs, report);
  const splitter = new Splitter();
  const leases = new LeaseClient(new PostgresLeases(pools.leases, randomUUID(), times), times.heartbeatMs);
  const log = new PostgresLog(pools, splitter, serverTimeoutOf(answerTimeoutMs), report);
  const search = new PostgresSearch(pools, splitter);
  const closeOnce = async () => {
    await search.close();
    await leases.close();
    await Promise.all(Object.values(pools).map((pool) => pool.close()));
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeOnce();
    return closed;
  };
  try {
    // The database may have become unavailable again.
    await retryUntil(deadline, address.name, async () => {
      // Reads the log's state, so that the node notices a regression after this.
      await log.state();
      await leases.start();
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    log,
    search,
    accounts: new PostgresAccounts(pools),
    sessions: new PostgresSessions(pools),
    readMarkers: new PostgresReadMarkers(pools),
    roster: new PostgresRoster({ leases, read: pools.read, leaseMs: times.leaseMs }),
    failedLogins: new PostgresFailedLogins(pools),
    clockMark: new PostgresClockMark(pools),
    name: address.name,
    close,
  };
}

/** The `synchronous_commit` for the connections that append and write: the server's, but "on" instead of "off". */
function durableLevel(serverLevel: string, { name }: Address, report: (error: Error) => void): string {
  if (serverLevel !== "off") return serverLevel;
  report(
    new Error(
      `PostgreSQL at ${name} has synchronous_commit = off, with which accepted messages may be lost: ` +
        "Obrolan turns it on for its own connections.",
    ),
  );
  return "on";
}

interface Pools extends LogPools, SearchPools {
  readonly leases: Connections;
}

/** Opens seven pools, which share one circuit breaker. */
function openPools(
  address: Address,
  synchronousCommit: string,
  answerTimeoutMs: number,
  report: (error: Error) => void,
): Pools {
  const breaker = new CircuitBreaker((cause) => {
    report(new Error(`PostgreSQL at ${address.name} is unavailable: ${wordsOf(cause)}`, { cause }));
  });
  const settings = serverTimeouts(answerTimeoutMs);
  const durable = { ...settings, synchronous_commit: synchronousCommit };
  const open = (purpose: Purpose) => new Connections(address, purpose, breaker);
  return {
    append: open({ name: "append", max: 1, settings: durable, timeoutMs: answerTimeoutMs }),
    write: open({ name: "write", max: 3, settings: durable, timeoutMs: answerTimeoutMs }),
    read: open({ name: "read", max: 4, settings, timeoutMs: answerTimeoutMs }),
    find: open({ name: "find", max: 1, settings, timeoutMs: answerTimeoutMs }),
    search: open({
      name: "search",
      max: 2,
      // GIN has no other scans.
      settings: { ...serverTimeouts(SEARCH_TIMEOUT_MS / 0.8), enable_bitmapscan: "on" },
      timeoutMs: answerTimeoutMs,
    }),
    index: open({
      name: "index",
      max: 1,
      settings: { ...settings, synchronous_commit: "off" },
      timeoutMs: answerTimeoutMs,
    }),
    // Needs no sync: after a crash of PostgreSQL every node stores all of its users again.
    leases: open({
      name: "roster",
      max: 1,
      settings: { synchronous_commit: "off" },
      timeoutMs: LEASE_ANSWER_TIMEOUT_MS,
    }),
  };
}
