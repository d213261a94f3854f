import path from "node:path";
import { expect } from "chai";
import { RestartableServer } from "../../rig/serverProcess.ts";
import type { EngineServer } from "../../support/engineServer.ts";
import { Proxy as NetworkProxy } from "../../support/proxy.ts";
import { Connection } from "../../support/wire.ts";

/** How long a node may take to start, in milliseconds. Its database may be unavailable for a part of this time. */
const DEADLINE_MS = 60_000;

/** The engines of a node. */
export interface ClusterEngines {
  /** The folder for the data folders of nodes. With PostgreSQL these stay empty. */
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
  static async start(name: string, { folder, postgres, databaseUrl, nats }: ClusterEngines): Promise<ClusterNode> {
    const toPostgres = await NetworkProxy.start(postgres.port);
    const toNats = await NetworkProxy.start(nats.port);
    const env = {
      OBROLAN_DATABASE_URL: databaseUrl.replace(`:${postgres.port}`, `:${toPostgres.port}`),
      OBROLAN_NATS_URL: nats.urlAt(toNats.port),
    };
    try {
      const server = await RestartableServer.start(path.join(folder, name), { env, timeoutMs: DEADLINE_MS });
      return new ClusterNode(name, { toPostgres, toNats }, server);
    } catch (error) {
      await Promise.all([toPostgres.close(), toNats.close()]);
      throw error;
    }
  }

  /** The network between the node and its clients. */
  get toClients(): NetworkProxy {
    return this.server.proxy;
  }

  /** The port that clients connect to. */
  get port(): number {
    return this.toClients.port;
  }

  /** Kills the node's process. */
  async kill(): Promise<void> {
    await this.server.kill("SIGKILL");
  }

  /** Drains the node, as an operator does, and waits for the end of its process. */
  async drain(): Promise<void> {
    const { code, stderr } = await this.server.kill("SIGTERM");
    expect(code, stderr).to.equal(0);
  }

  /** Starts the node again. */
  async startAgain(): Promise<void> {
    await this.server.startAgain();
  }

  /** A connection to the node, without a proxy. */
  connect(): Promise<Connection> {
    return Connection.open({ port: this.server.port });
  }

  /** Runs an action on a connection without a proxy, and closes the connection. */
  async with<T>(action: (wire: Connection) => Promise<T>): Promise<T> {
    const wire = await this.connect();
    try {
      return await action(wire);
    } finally {
      wire.close();
    }
  }

  /** Closes the node's proxies. `endProcesses` ends its process. */
  async close(): Promise<void> {
    await Promise.all([this.toPostgres, this.toNats, this.toClients].map((proxy) => proxy.close()));
  }
}
