import { resolve } from "node:path";
import {
  type Certificates,
  decodeText,
  fileProblem,
  type KeyPair,
  readAuthorities,
  readKeyPair,
  readSettingFile,
  withoutSecrets,
} from "../../config/index.ts";
import type { Logger } from "../common/logger.ts";
import type { ServerConfig } from "../config.ts";
import type { Bus } from "../log/ports/bus.ts";
import type { BusFacts } from "../metrics/index.ts";
import type { Engines } from "../node/engines.ts";
import { databaseCertificates } from "./databaseCertificates.ts";
import { LocalBus, MemoryFailedLogins, MemoryRoster } from "./memory/index.ts";
import { NodeSecrets } from "./secrets/index.ts";
import { openSqliteStore, type Report } from "./sqlite/index.ts";

/** How long a start waits for PostgreSQL. */
const START_TIMEOUT_MS = 30_000;

/** The engines of one server, while they are open. */
export interface OpenEngines {
  readonly engines: Engines & { readonly secrets: NodeSecrets };
  /** The location of the store, for people. */
  readonly store: string;
  /** The locations of all engines, for the server's log. Never has a password. */
  readonly facts: Readonly<Record<string, string>>;
  /** How long a start waits for an unavailable store, in milliseconds. 0: waiting would not help. */
  readonly startTimeoutMs: number;
  /** The counters of the bus; `undefined` without NATS. */
  readonly bus: () => BusFacts | undefined;
  /**
   * The certificates that the engines use for their connections. Throws an error for the operator if a file cannot be
   * read.
   */
  readonly certificates: () => readonly Certificates[];
  /** Resolves with an error for the operator when this server has lost its store for good, and can only end. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

type NatsSettings = Pick<ServerConfig, "natsUrl" | "natsCreds" | "natsCa" | "natsCert" | "natsKey">;
type EngineSettings = Pick<ServerConfig, "data" | "databaseUrl"> & NatsSettings;

/**
 * Opens the engines that the settings choose: with a database URL PostgreSQL, and NATS if its URL is set; otherwise
 * SQLite in a folder, and the bus, the roster and the failed sign-ins in memory. Throws an error for the operator.
 */
export function openEngines({ data, databaseUrl, ...nats }: EngineSettings, logger: Logger): Promise<OpenEngines> {
  return databaseUrl === undefined ? openEmbedded(resolve(data), logger) : openDistributed(databaseUrl, nats, logger);
}

async function openEmbedded(folder: string, logger: Logger): Promise<OpenEngines> {
  const report: Report = ({ level, message }) => logger[level]({}, message);
  const store = await openSqliteStore({ folder, report });
  const { log, search, accounts, sessions, readMarkers, clockMark, online, failed, close } = store;
  const roster = await MemoryRoster.open(online);
  return {
    engines: {
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
    },
    store: folder,
    facts: { data: folder },
    startTimeoutMs: 0,
    bus: () => undefined,
    certificates: () => [],
    async close() {
      await roster.saved();
      await close();
    },
    failed,
  };
}

async function openDistributed(databaseUrl: string, nats: NatsSettings, logger: Logger): Promise<OpenEngines> {
  const { natsUrl } = nats;
  // Loaded on demand: most servers do not use PostgreSQL, and start faster and smaller without it.
  const { openPostgresStore } = await import("./postgres/index.ts");
  // Checked first, so that an invalid file or address is reported before the wait for the database.
  databaseCertificates(databaseUrl);
  const { bus, facts, certificates, close: closeBus } = await openBus(nats, logger);
  try {
    const report = (err: Error) => logger.warn({ err }, "the database has a problem");
    const options = { url: databaseUrl, report, startTimeoutMs: START_TIMEOUT_MS };
    const { name, close, ...store } = await openPostgresStore(options);
    return {
      engines: { ...store, bus, secrets: new NodeSecrets() },
      store: `PostgreSQL at ${name}`,
      facts: { database: name, ...(natsUrl === undefined ? {} : { nats: withoutSecrets(natsUrl) }) },
      startTimeoutMs: START_TIMEOUT_MS,
      bus: facts,
      // pg reads its files again for each connection.
      certificates: () => [...certificates, ...databaseCertificates(databaseUrl)],
      // Never resolves: PostgreSQL becomes available again, or the operator ends the node.
      failed: new Promise(() => {}),
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
  readonly certificates: readonly Certificates[];
  close(): Promise<void>;
}

async function openBus(settings: NatsSettings, logger: Logger): Promise<OpenBus> {
  const { natsUrl: url } = settings;
  const local = new LocalBus();
  if (url === undefined) return { bus: local, facts: () => undefined, certificates: [], close: async () => {} };
  const { creds, ca, pair } = readNatsFiles(settings);
  const { openNatsBus } = await import("./nats/index.ts");
  const bus = openNatsBus({
    url,
    identity: { creds, ca: ca?.pem, cert: pair?.cert.toString(), key: pair?.key.toString() },
    local,
    report: ({ level, message }) => logger[level]({}, message),
  });
  return {
    bus,
    facts: () => ({ ...bus.counts, isConnected: bus.isConnected }),
    certificates: [ca, pair?.certificates].filter((each) => each !== undefined),
    close: () => bus.close(),
  };
}

interface NatsFiles {
  readonly creds: string | undefined;
  readonly ca: Certificates | undefined;
  readonly pair: KeyPair | undefined;
}

function readNatsFiles({ natsCreds, natsCa, natsCert, natsKey }: NatsSettings): NatsFiles {
  const hasPair = natsCert !== undefined && natsKey !== undefined;
  return {
    creds: natsCreds === undefined ? undefined : readText("--nats-creds", natsCreds),
    ca: natsCa === undefined ? undefined : readAuthorities({ setting: "--nats-ca", file: natsCa }),
    pair: hasPair
      ? readKeyPair({ setting: "--nats-cert", file: natsCert }, { setting: "--nats-key", file: natsKey })
      : undefined,
  };
}

function readText(setting: string, file: string): string {
  const decoded = decodeText(readSettingFile({ setting, file }), file);
  if ("problem" in decoded) throw fileProblem({ setting, file }, `${decoded.problem}.`);
  return decoded.text;
}
