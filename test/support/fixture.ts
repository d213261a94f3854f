import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { LocalBus, MemoryFailedLogins, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { openNatsBus } from "../../src/server/engines/nats/index.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import { sharedServer } from "./engineServer.ts";
import { until } from "./eventLoop.ts";
import { postgresFixture } from "./postgresFixture.ts";

/** The open engines of one node. */
export interface NodeEngines {
  readonly engines: Engines;
  /** Resolves when the node's bus carries notifications in both directions. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** What the nodes of a test share: the store, and the bus between them. */
export interface Fixture {
  /** The number of nodes. */
  readonly nodes: number;
  /** A folder for files of the test. The SQLite store is here too. */
  readonly folder: string;
  /** Opens the engines of one more node. */
  open(): Promise<NodeEngines>;
  /** Removes the fixture. */
  remove(): Promise<void>;
}

/** The number of nodes that serve a test: 1, except with `npm run test:cluster`. */
export const NODES = Number(process.env.TEST_NODES ?? 1);

/** A new fixture for `NODES` nodes. */
export async function newFixture(): Promise<Fixture> {
  const folder = await mkdtemp(path.join(tmpdir(), "obrolan-test-"));
  return NODES === 1 ? embedded(folder) : distributed(folder);
}

/** One node, on SQLite in the folder. */
export function embedded(folder: string): Fixture {
  return {
    nodes: 1,
    folder,
    async open() {
      const { log, search, accounts, sessions, readMarkers, clockMark, online, close } = await openSqliteStore({
        folder,
      });
      const roster = await MemoryRoster.open(online);
      const engines: Engines = {
        log,
        search,
        accounts,
        sessions,
        readMarkers,
        roster,
        failedLogins: new MemoryFailedLogins(),
        clockMark,
        bus: new LocalBus(),
        secrets: new NodeSecrets(),
      };
      return {
        engines,
        ready: async () => {},
        async close() {
          await roster.saved();
          await close();
        },
      };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Several nodes on the PostgreSQL and NATS of all tests. A test sees nothing of other tests. */
async function distributed(folder: string): Promise<Fixture> {
  const postgres = await postgresFixture();
  const { url } = await sharedServer("nats");
  return {
    nodes: NODES,
    folder,
    async open() {
      // All nodes are in one process: if it pauses for longer than a lease, they all lose their users.
      const { name: _, close, ...store } = await postgres.open({ leaseMs: 60_000 });
      const bus = openNatsBus({ url, local: new LocalBus(), report: () => {} });
      return {
        engines: { ...store, bus, secrets: new NodeSecrets() },
        async ready() {
          await until(() => bus.isConnected, "NATS");
          await bus.flushed();
        },
        async close() {
          await bus.close();
          await close();
        },
      };
    },
    async remove() {
      await postgres.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
