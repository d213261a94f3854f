import pg from "pg";
import { StoreUnavailable } from "../../common/storeErrors.ts";
import type { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { pauseTolerantTimeout } from "../shared/pauseTolerantTimeout.ts";
import type { Address } from "./address.ts";
import { outcomeOf, unavailable } from "./failures.ts";
import { ANSWER_TIMEOUT_MS, optionsOf, TYPES } from "./session.ts";

/** How long making a connection may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;
/** How long a call may wait for a connection that others use, in milliseconds. */
const POOL_WAIT_MS = 10_000;
/** How long a connection may take to be closed, in milliseconds; then it is cut. */
const CLOSE_TIMEOUT_MS = 500;

const STANDBY = "it is a standby, where nothing can be written";

/** A statement that is prepared once for each connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What connections are for. */
export interface Purpose {
  /** As it is shown in pg_stat_activity, behind the application's name. */
  readonly name: string;
  /** How many there may be. */
  readonly max: number;
  /** The server's settings for them besides those that all have. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long an answer may take, in milliseconds. Default: 5,000. */
  readonly timeoutMs?: number;
}

/**
 * A few connections for one purpose, made when they are needed, and made anew when they broke. After any error a connection is
 * not used again: what it is talking to may have become a standby, or be about to end.
 */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #timeoutMs: number;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #clients = new Set<pg.Client>();
  #connected = () => {};
  #closed = false;

  constructor(address: Address, purpose: Purpose, respite: CircuitBreaker) {
    this.#timeoutMs = purpose.timeoutMs ?? ANSWER_TIMEOUT_MS;
    this.#pool = new pg.Pool({
      connectionString: address.url,
      application_name: `${address.applicationName} ${purpose.name}`,
      options: optionsOf(address, purpose.settings),
      types: TYPES,
      max: purpose.max,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: POOL_WAIT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      Client: clientWith(respite),
    });
    // Of one that breaks while nobody uses it the next call finds out.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => {
      this.#clients.add(client);
      client.on("end", () => this.#clients.delete(client));
      // Without a listener the process would end; whoever uses the connection is told by the call.
      client.on("error", () => {});
      this.#connected();
    });
  }

  /** Calls `listener` whenever there is a new connection, before it is used. */
  onConnected(listener: () => void): void {
    this.#connected = listener;
  }

  /** The rows that a statement gives, which changes nothing. Throws `StoreUnavailable`. */
  async read<R extends unknown[]>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    return this.#run<R>(statement, values, unavailable);
  }

  /** The rows that a statement gives, which changes something in one commit. Throws `StoreUnavailable`, or `OutcomeUnknown`. */
  async change<R extends unknown[]>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    return this.#run<R>(statement, values, outcomeOf);
  }

  /** Carries out several statements in one commit. Throws `StoreUnavailable`, or `OutcomeUnknown`. */
  async script(text: string): Promise<void> {
    await this.#run({ text }, [], outcomeOf);
  }

  /** Closes them, behind the calls under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    const ended = [...this.#clients].map((client) => new Promise((resolve) => client.once("end", resolve)));
    await this.#pool.end();
    const timer = setTimeout(() => this.#cut(), CLOSE_TIMEOUT_MS);
    await Promise.all(ended);
    clearTimeout(timer);
  }

  #cut(): void {
    for (const client of this.#clients) client.connection.stream.destroy();
  }

  async #run<R extends unknown[]>(
    statement: Partial<Statement> & Pick<Statement, "text">,
    values: readonly unknown[],
    judge: (error: unknown) => Error,
  ): Promise<R[]> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    const call = this.#send<R>(statement, values, judge);
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  async #send<R extends unknown[]>(
    statement: Partial<Statement> & Pick<Statement, "text">,
    values: readonly unknown[],
    judge: (error: unknown) => Error,
  ): Promise<R[]> {
    const client = await this.#pool.connect().catch((error) => {
      throw unavailable(error);
    });
    const { stream } = client.connection;
    const answered = pauseTolerantTimeout(this.#timeoutMs, () => stream.destroy(silent(this.#timeoutMs)));
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

const silent = (milliseconds: number) => new Error(`PostgreSQL did not answer within ${milliseconds} ms`);

/** A client that does not even try where others could not connect just now. */
function clientWith(respite: CircuitBreaker): new () => pg.ClientBase {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      // It is timed here: a pause of this process is not the server's.
      super({ ...config, connectionTimeoutMillis: 0 });
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: (error: Error | null) => void): void;
    override connect(callback: (error: Error | null) => void = () => {}): undefined | Promise<pg.Client> {
      const { openReason: reason } = respite;
      if (reason !== undefined) {
        process.nextTick(callback, reason);
        return undefined;
      }
      let isStandby = false;
      // PostgreSQL tells it of every connection: what a standby has is older than what this node has seen, and nothing can be written there.
      this.connection.on("parameterStatus", ({ parameterName, parameterValue }: Record<string, string>) => {
        if (parameterName === "in_hot_standby") isStandby = parameterValue === "on";
      });
      const connected = pauseTolerantTimeout(CONNECT_TIMEOUT_MS, () =>
        this.connection.stream.destroy(silent(CONNECT_TIMEOUT_MS)),
      );
      super.connect((failure: Error | null) => {
        connected();
        const error = failure ?? (isStandby ? new Error(STANDBY) : null);
        if (error === null) respite.succeeded();
        else {
          respite.failed(error);
          // pg leaves it open where it is itself that does not go on, as without a password.
          this.connection.stream.destroy();
        }
        callback(error);
      });
      return undefined;
    }
  } as new () => pg.ClientBase;
}
