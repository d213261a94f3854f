import { resolve } from "node:path";
import { withoutSecrets } from "../config/index.ts";
import type { ServerConfig } from "./config.ts";
import { LocalBus, MemoryAttempts, MemoryRoster } from "./engines/memory/index.ts";
import { NodeSecrets } from "./engines/secrets/index.ts";
import { openSqliteStore } from "./engines/sqlite/index.ts";
import type { BusFacts } from "./metrics/index.ts";
import type { Bus } from "./room/ports/bus.ts";
import type { Engines } from "./room/ports/engines.ts";
import type { Logger } from "./server.ts";

/** How long PostgreSQL is waited for when it is not there yet, in milliseconds. */
const PATIENCE = 30_000;

/** The engines of one server, while they are open. */
export interface OpenEngines {
  readonly engines: Engines & { readonly secrets: NodeSecrets };
  /** For people: where the store is. */
  readonly store: string;
  /** The same and what else there is, as the log tells it. There is no password in it. */
  readonly facts: Readonly<Record<string, string>>;
  /** How long a store that is away is waited for when the server starts, in milliseconds. 0: it would not come back. */
  readonly patience: number;
  /** What has gone over the bus; `undefined` where it ends in this process. */
  readonly bus: () => BusFacts | undefined;
  close(): Promise<void>;
}

type Where = Pick<ServerConfig, "data" | "databaseUrl" | "natsUrl">;

/**
 * Opens the engines that the settings choose: PostgreSQL, with NATS or without, where there is a database; else SQLite in a folder, with
 * all else in memory. Throws an error for people.
 */
export function openEngines({ data, databaseUrl, natsUrl }: Where, logger: Logger): Promise<OpenEngines> {
  if (databaseUrl === undefined) return openEmbedded(resolve(data));
  return openDistributed({ databaseUrl, natsUrl }, logger);
}

async function openEmbedded(folder: string): Promise<OpenEngines> {
  const { log, accounts, sessions, close } = await openSqliteStore({ folder });
  return {
    engines: {
      log,
      accounts,
      sessions,
      roster: new MemoryRoster(),
      attempts: new MemoryAttempts(),
      bus: new LocalBus(),
      secrets: new NodeSecrets(),
    },
    store: folder,
    facts: { data: folder },
    patience: 0,
    bus: () => undefined,
    close,
  };
}

async function openDistributed(
  { databaseUrl, natsUrl }: { databaseUrl: string; natsUrl: string | undefined },
  logger: Logger,
): Promise<OpenEngines> {
  // Loaded here alone: most servers go without, and start sooner and smaller so.
  const { openPostgresStore } = await import("./engines/postgres/index.ts");
  // First, so that an address that cannot be read is told of at once, however long the database is waited for.
  const { bus, facts, close: closeBus } = await openBus(natsUrl, logger);
  try {
    const report = (err: Error) => logger.warn({ err }, "something about the database");
    const { name, close, ...store } = await openPostgresStore({ url: databaseUrl, report, patience: PATIENCE });
    return {
      engines: { ...store, bus, secrets: new NodeSecrets() },
      store: `PostgreSQL at ${name}`,
      facts: { database: name, ...(natsUrl === undefined ? {} : { nats: withoutSecrets(natsUrl) }) },
      patience: PATIENCE,
      bus: facts,
      async close() {
        await closeBus();
        await close();
      },
    };
  } catch (error) {
    await closeBus();
    throw error;
  }
}

interface OpenBus {
  readonly bus: Bus;
  readonly facts: () => BusFacts | undefined;
  close(): Promise<void>;
}

async function openBus(url: string | undefined, logger: Logger): Promise<OpenBus> {
  const local = new LocalBus();
  if (url === undefined) return { bus: local, facts: () => undefined, close: async () => {} };
  const { openNatsBus } = await import("./engines/nats/index.ts");
  const bus = openNatsBus({ url, local, report: ({ level, message }) => logger[level]({}, message) });
  return { bus, facts: () => ({ ...bus.counts, isConnected: bus.isConnected }), close: () => bus.close() };
}
