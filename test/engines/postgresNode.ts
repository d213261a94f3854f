import pg from "pg";
import type { PostgresOptions, PostgresStore } from "../../src/server/engines/postgres/index.ts";
import { eventually } from "../support/eventLoop.ts";
import type { Link } from "../support/link.ts";
import type { PostgresFixture } from "../support/postgresFixture.ts";
import { Proxy as NetworkProxy } from "../support/proxy.ts";

let names = 0;

/** What a node's connections are for. */
export type Purpose = "append" | "write" | "read" | "find" | "roster";

/** A node whose connections go through a proxy of its own, so that a test can cut and stall them. */
export class PostgresNode {
  readonly store: PostgresStore;
  readonly proxy: NetworkProxy;
  readonly name: string;
  readonly #fixture: PostgresFixture;

  private constructor(store: PostgresStore, proxy: NetworkProxy, name: string, fixture: PostgresFixture) {
    this.store = store;
    this.proxy = proxy;
    this.name = name;
    this.#fixture = fixture;
  }

  static async open(fixture: PostgresFixture, options: Partial<PostgresOptions> = {}): Promise<PostgresNode> {
    const url = new URL(fixture.url);
    const proxy = await NetworkProxy.start(Number(url.port));
    url.port = proxy.address.split(":")[1] as string;
    names += 1;
    const name = `node-${names}`;
    url.searchParams.set("application_name", name);
    try {
      return new PostgresNode(await fixture.open({ url: url.href, ...options }), proxy, name, fixture);
    } catch (error) {
      await proxy.close();
      throw error;
    }
  }

  /** The connections that serve a purpose. */
  async links(purpose: Purpose): Promise<Link[]> {
    const rows = await this.#fixture.query(
      "SELECT client_port AS port FROM pg_stat_activity WHERE application_name = $1",
      [`${this.name} ${purpose}`],
    );
    return this.proxy.links.filter(({ port }) => rows.some((row) => row.port === port));
  }

  /** The connection that serves a purpose; there must be one. */
  async link(purpose: Purpose): Promise<Link> {
    const [link] = await this.links(purpose);
    if (link === undefined) throw new Error(`${this.name} has no connection for ${purpose}`);
    return link;
  }

  /** Makes the server end the node's connections for a purpose; resolves with their number. */
  async terminate(purpose: Purpose): Promise<number> {
    const ended = await this.#fixture.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
      [`${this.name} ${purpose}`],
    );
    return ended.length;
  }

  /** Waits until at least `count` of the node's connections for a purpose wait for a lock. */
  async waitsForLock(purpose: Purpose, count = 1): Promise<void> {
    let waiting = 0;
    const look = async () => {
      const [row] = await this.#fixture.query(
        "SELECT count(*)::integer AS count FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
        [`${this.name} ${purpose}`],
      );
      waiting = row?.count as number;
    };
    await eventually(async () => {
      await look();
      return waiting >= count;
    }, `${this.name} to wait for a lock`);
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.proxy.close();
  }
}

/** A transaction that holds a lock. */
interface Lock {
  /** Runs one more statement in the transaction. */
  query(statement: string): Promise<unknown>;
  /** Ends the connection, and with it the transaction. */
  release(): Promise<void>;
}

/** Takes the lock of a statement, and holds it until the test releases it. */
export async function hold(fixture: PostgresFixture, lock: string): Promise<Lock> {
  const client = new pg.Client({ connectionString: fixture.url });
  await client.connect();
  await client.query(`BEGIN; ${lock}`);
  return { query: (statement) => client.query(statement), release: () => client.end() };
}

/** The error of a promise; `undefined` if it is fulfilled. */
export function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error) => error,
  );
}
