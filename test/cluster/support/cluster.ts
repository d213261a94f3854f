import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Account } from "../../rig/userGroup.ts";
import { type EngineServer, needsEngine, sharedServer } from "../../support/engineServer.ts";
import { endProcesses } from "../../support/process.ts";
import { Database } from "./database.ts";
import { type ClusterEngines, ClusterNode } from "./node.ts";

const PASSWORD = "a good password";

/** Several nodes on a database of their own and one NATS. All their connections go through proxies. */
export class Cluster {
  readonly postgres: EngineServer;
  readonly nats: EngineServer;
  readonly database: Database;
  readonly nodes: ClusterNode[] = [];
  readonly #engines: ClusterEngines;

  private constructor(engines: ClusterEngines, database: Database) {
    this.#engines = engines;
    this.postgres = engines.postgres;
    this.nats = engines.nats;
    this.database = database;
  }

  /** Makes an empty database. Starts PostgreSQL and NATS, which a failed test may have left stopped. */
  static async prepare(folder: string): Promise<Cluster> {
    const [postgres, nats] = await Promise.all([sharedServer("postgres"), sharedServer("nats")]);
    await Promise.all([postgres.start(), nats.start()]);
    const database = await Database.create(postgres);
    return new Cluster({ folder, postgres, databaseUrl: database.url, nats }, database);
  }

  /** Starts this many more nodes, all at once. Resolves when they listen. */
  async addNodes(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, i) => `node ${this.nodes.length + i + 1}`);
    const started = await Promise.allSettled(names.map((name) => ClusterNode.start(name, this.#engines)));
    for (const one of started) if (one.status === "fulfilled") this.nodes.push(one.value);
    for (const one of started) if (one.status === "rejected") throw one.reason;
  }

  /** The node with this index, modulo their number. */
  node(i: number): ClusterNode {
    return this.nodes[i % this.nodes.length] as ClusterNode;
  }

  /** Makes accounts, on one node after the other. */
  async register<const Names extends readonly string[]>(...names: Names) {
    const users: Account[] = [];
    for (const [i, username] of names.entries()) {
      const { token } = await this.node(i).with((wire) => wire.register(username, PASSWORD));
      users.push({ username, token });
    }
    return users as { [Index in keyof Names]: Account };
  }

  /** Removes the cluster. Its processes must have ended. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await Promise.all([this.postgres.start(), this.nats.start()]);
    await this.database.drop();
  }
}

/** Makes clusters, each on a database of its own, and removes them after each test of a `describe`. */
export function useClusters(): (nodes?: number) => Promise<Cluster> {
  const clusters: Cluster[] = [];
  const folders: string[] = [];
  before(function () {
    needsEngine(this, "postgres");
    needsEngine(this, "nats");
  });
  afterEach(async () => {
    await endProcesses();
    for (const cluster of clusters.splice(0)) await cluster.close();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  return async (nodes = 3) => {
    const folder = await mkdtemp(path.join(tmpdir(), "obrolan-cluster-"));
    folders.push(folder);
    const cluster = await Cluster.prepare(folder);
    clusters.push(cluster);
    await cluster.addNodes(nodes);
    return cluster;
  };
}
