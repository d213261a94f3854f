import pg from "pg";
import { StoreUnavailable } from "../../common/storeErrors.ts";
import type { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { unavailable } from "../shared/failures.ts";
import type { Address } from "./address.ts";
import { answerTimeout, GuardedClient, type GuardedClientConfig } from "./client.ts";
import { outcomeOf } from "./failures.ts";
import { ANSWER_TIMEOUT_MS, optionsOf, TYPES } from "./session.ts";

/** How long a call may wait for a connection. */
const POOL_WAIT_MS = 10_000;
/** How long a connection may take to close; then its socket is destroyed. */
const CLOSE_TIMEOUT_MS = 500;

/** A statement that each connection prepares once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

type UnnamedStatement = Partial<Statement> & Pick<Statement, "text">;

/** The purpose of a pool. */
export interface Purpose {
  /** Shown in pg_stat_activity after the application name. */
  readonly name: string;
  /** How many connections the pool has at most. */
  readonly max: number;
  /** Settings of the server for these connections, besides the common ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long an answer may take, in milliseconds. Default: 5,000. */
  readonly timeoutMs?: number;
}

/**
 * A pool of connections for one purpose, which are opened on demand. After any error a connection is not used again:
 * its server may have become a standby, or may be shutting down.
 */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #timeoutMs: number;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #clients = new Set<pg.Client>();
  #connected = () => {};
  #closed = false;

  constructor(address: Address, purpose: Purpose, breaker: CircuitBreaker) {
    this.#timeoutMs = purpose.timeoutMs ?? ANSWER_TIMEOUT_MS;
    const options: pg.PoolConfig & Pick<GuardedClientConfig, "breaker"> = {
      connectionString: address.url,
      application_name: `${address.applicationName} ${purpose.name}`,
      options: optionsOf(address, purpose.settings),
      types: TYPES,
      max: purpose.max,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: POOL_WAIT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // The pool passes its options on to each client.
      breaker,
      Client: GuardedClient as unknown as new () => pg.ClientBase,
    };
    this.#pool = new pg.Pool(options);
    // The pool removes an idle connection that fails. Without a listener the process would end.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => {
      this.#clients.add(client);
      client.on("end", () => this.#clients.delete(client));
      // Without this listener too the process would end. A call that uses the connection fails with the same error.
      client.on("error", () => {});
      this.#connected();
    });
  }

  /** Calls `listener` for each new connection, before it is used. */
  onConnected(listener: () => void): void {
    this.#connected = listener;
  }

  /** Runs a statement that changes nothing, and resolves with its rows. Throws `StoreUnavailable`. */
  async read<R extends unknown[]>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    return this.#run<R>(statement, values, unavailable);
  }

  /** Runs a statement in one commit, and resolves with its rows. Throws `StoreUnavailable` or `OutcomeUnknown`. */
  async change<R extends unknown[]>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    return this.#run<R>(statement, values, outcomeOf);
  }

  /** Runs several statements in one commit. Throws `StoreUnavailable` or `OutcomeUnknown`. */
  async script(text: string): Promise<void> {
    await this.#run({ text }, [], outcomeOf);
  }

  /** Closes the connections after the calls in flight. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#inFlight);
    const ended = [...this.#clients].map((client) => new Promise((resolve) => client.once("end", resolve)));
    await this.#pool.end();
    const timer = setTimeout(() => this.#destroyAll(), CLOSE_TIMEOUT_MS);
    await Promise.all(ended);
    clearTimeout(timer);
  }

  #destroyAll(): void {
    for (const client of this.#clients) client.connection.stream.destroy();
  }

  async #run<R extends unknown[]>(
    statement: UnnamedStatement,
    values: readonly unknown[],
    judge: (error: unknown) => Error,
  ): Promise<R[]> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    const call = this.#send<R>(statement, values, judge);
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
    }
  }

  async #send<R extends unknown[]>(
    statement: UnnamedStatement,
    values: readonly unknown[],
    judge: (error: unknown) => Error,
  ): Promise<R[]> {
    const client = await this.#pool.connect().catch((error) => {
      throw unavailable(error);
    });
    const answered = answerTimeout(client, this.#timeoutMs);
    try {
      const { rows } = await client.query<R>({ ...statement, rowMode: "array" }, [...values]);
      client.release();
      return rows;
    } catch (error) {
      client.connection.stream.destroy();
      client.release(true);
      throw judge(error);
    } finally {
      answered();
    }
  }
}
