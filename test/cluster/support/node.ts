import path from "node:path";
import { expect } from "chai";
import { RestartableServer } from "../../rig/serverProcess.ts";
import type { EngineServer } from "../../support/engineServer.ts";
import { Proxy as NetworkProxy } from "../../support/proxy.ts";
import { Connection } from "../../support/wire.ts";

/** How long a node may take to start, in milliseconds: it waits for a database that is away, as a test may have it. */
const DEADLINE_MS = 60_000;

/** What a node stands on. */
export interface Ground {
  /** For the working data of nodes, of which there should be none. */
  readonly folder: string;
  readonly postgres: EngineServer;
  /** The database's URL, without a proxy. */
  readonly databaseUrl: string;
  readonly nats: EngineServer;
}

/** One node of a cluster: a server's process, and the network between it and its clients, PostgreSQL and NATS. */
export class ClusterNode {
  readonly name: string;
  readonly toPostgres: NetworkProxy;
  readonly toNats: NetworkProxy;
  readonly server: RestartableServer;
  #isUp = true;

  private constructor(
    name: string,
    proxies: { toPostgres: NetworkProxy; toNats: NetworkProxy },
    server: RestartableServer,
  ) {
    this.name = name;
    this.toPostgres = proxies.toPostgres;
    this.toNats = proxies.toNats;
    this.server = server;
  }

  /** Starts one more node; resolves when it listens. */
  static async start(name: string, { folder, postgres, databaseUrl, nats }: Ground): Promise<ClusterNode> {
    const toPostgres = await NetworkProxy.start(postgres.port);
    const toNats = await NetworkProxy.start(nats.port);
    const env = {
      OBROLAN_DATABASE_URL: databaseUrl.replace(`:${postgres.port}`, `:${toPostgres.port}`),
      OBROLAN_NATS_URL: nats.urlAt(toNats.port),
    };
    try {
      const server = await RestartableServer.start(path.join(folder, name), { env, patience: DEADLINE_MS });
      return new ClusterNode(name, { toPostgres, toNats }, server);
    } catch (error) {
      await Promise.all([toPostgres.close(), toNats.close()]);
      throw error;
    }
  }

  /** What is between its clients and it. */
  get toClients(): NetworkProxy {
    return this.server.proxy;
  }

  /** Where clients connect. */
  get port(): number {
    return this.toClients.port;
  }

  /** Whether its process is there; it may be stopped. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    this.#isUp = false;
    await this.server.kill("SIGKILL");
  }

  /** Ends it as an operator does, who waits for it. */
  async drain(): Promise<void> {
    const { code, stderr } = await this.server.kill("SIGTERM");
    this.#isUp = false;
    expect(code, stderr).to.equal(0);
  }

  /** Starts it again. */
  async startAgain(): Promise<void> {
    await this.server.startAgain();
    this.#isUp = true;
  }

  /** A connection to it, without a proxy. */
  connect(): Promise<Connection> {
    return Connection.open({ port: this.server.port });
  }

  /** Does something on such a connection, which is closed afterwards. */
  async with<T>(action: (wire: Connection) => Promise<T>): Promise<T> {
    const wire = await this.connect();
    try {
      return await action(wire);
    } finally {
      wire.close();
    }
  }

  /** Takes its proxies away; its process is ended by whoever ends them all. */
  async close(): Promise<void> {
    await Promise.all([this.toPostgres, this.toNats, this.toClients].map((proxy) => proxy.close()));
  }
}
