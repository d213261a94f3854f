import { randomUUID } from "node:crypto";
import type { AccountStore } from "../../accounts/ports/accountStore.ts";
import type { FailedLoginStore } from "../../accounts/ports/failedLoginStore.ts";
import type { SessionStore } from "../../accounts/ports/sessionStore.ts";
import type { ClockMark } from "../../common/ports/clockMark.ts";
import type { LogStore } from "../../log/ports/logStore.ts";
import type { Roster } from "../../presence/ports/roster.ts";
import { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { PostgresAccounts } from "./accounts.ts";
import { parseAddress } from "./address.ts";
import { PostgresFailedLogins } from "./attempts.ts";
import { PostgresClockMark } from "./clockMark.ts";
import { Connections } from "./connections.ts";
import { wordsOf } from "./failures.ts";
import { LeaseClient } from "./leaseClient.ts";
import { PostgresLog } from "./log.ts";
import { persist, reachDatabase } from "./opening.ts";
import { PostgresRoster } from "./roster.ts";
import { ANSWER_TIMEOUT_MS, serverTimeoutOf, serverTimeouts } from "./session.ts";
import { PostgresSessions } from "./sessions.ts";

/** A store in a PostgreSQL database, which any number of nodes may have open. */
export interface PostgresStore {
  readonly log: LogStore;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly roster: Roster;
  readonly failedLogins: FailedLoginStore;
  readonly clockMark: ClockMark;
  /** For people: host, port and database. */
  readonly name: string;
  /** Closes this node's connections, behind the calls under way. Who is still online here stays so for `farewell`. */
  close(): Promise<void>;
}

/** How a store is opened. */
export interface PostgresOptions {
  /** postgres://USER:PASSWORD@HOST:PORT/DATABASE, and whatever parameters pg knows. */
  readonly url: string;
  /** Told what an operator should know: that the database is away, that the log has gone back. */
  readonly report: (error: Error) => void;
  /** How long the database is waited for when it is not there yet, in milliseconds. Default: 30,000. */
  readonly startTimeoutMs?: number;
  /**
   * How long an answer of the database may take, in milliseconds. The server itself gives up after four fifths of that, and after two
   * fifths where it waits for a lock. Default: 5,000.
   */
  readonly answerTimeoutMs?: number;
  /** How long a node that says nothing keeps its people on the roster, in milliseconds. Default: 8,000. */
  readonly lease?: number;
  /** How often a node says that it is there, in milliseconds. Default: 2,000. */
  readonly heartbeatMs?: number;
  /** For how long changes of the roster are remembered at least, in milliseconds. Default: 60,000. */
  readonly changeRetention?: number;
  /** How long those who are online here when the store is closed stay on the roster, in milliseconds. Default: 10,000. */
  readonly shutdownGrace?: number;
  /** How long those of nodes that have ended stay on the roster once this one starts, in milliseconds. Default: 15,000. */
  readonly startGrace?: number;
}

/**
 * Opens the store of a database, which is made ready for it where it is empty. Waits for a database that is not there yet. Throws an
 * error for people where it does not come, or cannot be used.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const { url, report, startTimeoutMs: patience = 30_000, lease = 8_000, heartbeatMs: beat = 2_000 } = options;
  const {
    answerTimeoutMs: answer = ANSWER_TIMEOUT_MS,
    changeRetention: remembered = 60_000,
    shutdownGrace: farewell = 10_000,
    startGrace = 15_000,
  } = options;
  const address = parseAddress(url);
  const waiting = { until: performance.now() + patience, patience, report };
  const synchronousCommit = await reachDatabase(address, new CircuitBreaker(() => {}), waiting);
  if (synchronousCommit === "off") {
    report(
      new Error(
        `PostgreSQL at ${address.name} has synchronous_commit = off, with which accepted messages may be lost: Obrolan turns it on for its own connections.`,
      ),
    );
  }
  const respite = new CircuitBreaker((cause) => {
    report(new Error(`PostgreSQL at ${address.name} is away: ${wordsOf(cause)}`, { cause }));
  });
  const limits = serverTimeouts(answer);
  const durable = { ...limits, synchronous_commit: synchronousCommit === "off" ? "on" : synchronousCommit };
  const within = { timeoutMs: answer, settings: limits };
  const appending = new Connections(address, { ...within, name: "append", max: 1, settings: durable }, respite);
  const writing = new Connections(address, { ...within, name: "write", max: 3, settings: durable }, respite);
  const reading = new Connections(address, { ...within, name: "read", max: 4 }, respite);
  const finding = new Connections(address, { ...within, name: "find", max: 1 }, respite);
  // Every node tells again whom it has when the server was away, so nobody waits for the disk to hear who came. And a connection that
  // stalls must be found in time for another one to renew the lease.
  const telling = new Connections(
    address,
    { name: "roster", max: 1, settings: { synchronous_commit: "off" }, timeoutMs: 2_000 },
    respite,
  );
  const presence = new LeaseClient({
    connections: telling,
    nodeId: randomUUID(),
    lease: `${lease} ms`,
    changeRetention: `${remembered} ms`,
    shutdownGrace: `${farewell} ms`,
    startGrace: `${startGrace} ms`,
    heartbeatMs: beat,
  });
  const closeOnce = async () => {
    await presence.close();
    await Promise.all([appending, writing, reading, finding, telling].map((connections) => connections.close()));
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeOnce();
    return closed;
  };
  const log = new PostgresLog({ appending, writing, reading, finding }, serverTimeoutOf(answer), report);
  try {
    const begin = async () => {
      // What this node knows of the log begins here.
      await log.state();
      await presence.start();
    };
    // It may be gone again.
    await persist(begin, address.name, waiting);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    log,
    accounts: new PostgresAccounts({ writing, reading }),
    sessions: new PostgresSessions({ writing, reading }),
    roster: new PostgresRoster({ presence, reading, lease: `${lease} ms` }),
    failedLogins: new PostgresFailedLogins({ writing, reading }),
    clockMark: new PostgresClockMark({ writing, reading }),
    name: address.name,
    close,
  };
}
