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
import { postgresPlace } from "./postgresFixture.ts";

/** The engines of one node, while they are open. */
export interface NodeEngines {
  readonly engines: Engines;
  /** Resolves when the node's bus carries its hints to the others, and theirs to it. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** What the servers of a test stand on: the store, and what is between them. */
export interface Fixture {
  /** How many servers stand on it. */
  readonly nodes: number;
  /** For what is the test's own; the store is there where it has files. */
  readonly folder: string;
  /** Opens the engines of one more node. */
  open(): Promise<NodeEngines>;
  /** Takes all of it away. */
  remove(): Promise<void>;
}

/** How many nodes each server of a test is made of: 1, unless `npm run test:cluster` says otherwise. */
export const NODES = Number(process.env.TEST_NODES ?? 1);

/** New ground for a server of `NODES` nodes. */
export async function newFixture(): Promise<Fixture> {
  const folder = await mkdtemp(path.join(tmpdir(), "obrolan-test-"));
  return NODES === 1 ? embedded(folder) : distributed(folder);
}

/** One node, on SQLite in the folder. */
function embedded(folder: string): Fixture {
  return {
    nodes: 1,
    folder,
    async open() {
      const { log, accounts, sessions, clockMark, online, close } = await openSqliteStore({ folder });
      const roster = await MemoryRoster.open(online);
      const engines: Engines = {
        log,
        accounts,
        sessions,
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

/** Several nodes, on a PostgreSQL and a NATS that other tests use too, each without seeing anything of another. */
async function distributed(folder: string): Promise<Fixture> {
  const place = await postgresPlace();
  const { url } = await sharedServer("nats");
  return {
    nodes: NODES,
    folder,
    async open() {
      // All nodes are one process here: where it stands still for longer than a lease, they would all lose their people.
      const { name: _, close, ...store } = await place.open({ leaseMs: 60_000 });
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
      await place.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
