import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { destination, type Logger, pino } from "pino";
import { formatAddress, parseAddress } from "../shared/address.ts";
import { keepHeapSmall } from "../shared/heap.ts";
import { currentRuntime, describeRuntime } from "../shared/runtime.ts";
import { readVersion } from "../shared/version.ts";
import type { ServerConfig } from "./config.ts";
import { type OpenEngines, openEngines } from "./engines/index.ts";
import { waitForStore } from "./engines/waitForStore.ts";
import { type MetricsServer, serveMetrics } from "./metrics/index.ts";
import { type Listen, untilAvailable } from "./net/available.ts";
import { possibleConnections, readOpenFilesLimit } from "./net/connectionLimit.ts";
import { ServerCertificate } from "./process/certificate.ts";
import { watchExpiry } from "./process/certificateExpiry.ts";
import { greeting } from "./process/greeting.ts";
import { Signals, Stopped } from "./process/signals.ts";
import { type ChatServer, createServer, type ServerOptions } from "./server.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** While standard error accepts no bytes, at most this much of the log is kept in memory. Further lines are lost. */
const MAX_LOG_BUFFER_BYTES = 1024 * 1024;
/** How long stopping may take. Without a limit, a database that does not answer would keep the process alive. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Runs the server until a signal stops it, then drains it. Throws an `Error` with the remedy if the store, the
 * certificate or an address cannot be used, or if the server loses its store for good.
 */
export async function serve(config: ServerConfig): Promise<void> {
  // By default grpc-js writes to standard error too. The server's own log has what an operator needs.
  setLogVerbosity(logVerbosity.NONE);
  const logger = createLogger(config.logLevel);
  const signals = new Signals(logger);
  void signals.stopped().then(() => exitAfterTimeout(logger));
  try {
    await run({ config, logger, signals });
  } catch (error) {
    // A signal to stop may also arrive during the start.
    if (!(error instanceof Stopped)) throw error;
  } finally {
    signals.close();
  }
  logger.info({}, "stopped");
}

interface Run {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly signals: Signals;
}

/** Runs the server until a signal stops it, or until the server has lost its store. Then drains. */
async function run(parts: Run): Promise<void> {
  const { config, logger, signals } = parts;
  keepHeapSmall();
  const certificate = new ServerCertificate(config);
  const opened = await signals.unlessStopped(openEngines(config, logger));
  let server: ChatServer | undefined;
  let metrics: MetricsServer | undefined;
  let stopExpiryWatch = () => {};
  try {
    const options = serverOptions(config, opened, certificate, logger);
    // The store was available a moment ago, and may be unavailable again.
    const created = await waitForStore(() => createServer(options), opened.startTimeoutMs, signals.stopping);
    server = created;
    metrics = await listenForMetrics(parts, created, opened);
    const address = await listenForClients(parts, created);
    announce({ config, logger, opened, address, metrics: metrics?.address });
    stopExpiryWatch = watchExpiry({
      certificates: () => [...certificate.certificates, ...opened.certificates()],
      logger,
    });
    signals.serving({
      rereadCertificate: () => certificate.reread(created, logger),
      logStats: () => logger.info({ stats: created.stats() }, "stats"),
    });

    const failure = await Promise.race([signals.stopped(), opened.failed]);
    if (failure !== undefined) {
      logger.error({}, failure.message);
      exitAfterTimeout(logger);
      throw failure;
    }
  } finally {
    stopExpiryWatch();
    await server?.drain();
    // Serves the metrics until the drain has ended, so that an operator can watch the drain.
    await metrics?.close();
    await opened.close();
  }
}

function createLogger(level: ServerConfig["logLevel"]): Logger {
  const output = destination({ fd: 2, sync: true, maxLength: MAX_LOG_BUFFER_BYTES });
  // A full disk or a closed terminal must not end the server, and there is no other place to report the error.
  output.on("error", () => {});
  return pino({ level }, output);
}

function serverOptions(
  config: ServerConfig,
  { engines }: OpenEngines,
  { pair }: ServerCertificate,
  logger: Logger,
): ServerOptions {
  return {
    engines,
    limits: { messagesPerSecond: config.messagesPerSecond, burst: config.burst },
    retention: { maxAgeMs: config.retainDays * DAY_MS, maxMessages: config.retainMessages },
    loginFailures: config.loginFailures,
    proxyProtocol: config.proxyProtocol,
    maxConnections: possibleConnections(config.maxConnections),
    maxConnectionsPerAddress: config.maxConnectionsPerAddress,
    logger,
    ...(pair === undefined ? {} : { tls: pair }),
  };
}

async function listenForClients(parts: Run, server: ChatServer): Promise<string> {
  const listen: Listen = { address: parts.config.listen, setting: "--listen" };
  const port = await listenWhenAvailable(parts, listen, () => server.listen(listen.address));
  return formatAddress({ host: parseAddress(listen.address)?.host ?? "", port });
}

async function listenForMetrics(
  parts: Run,
  { stats, connections, counters, calls }: ChatServer,
  { engines, bus }: OpenEngines,
): Promise<MetricsServer | undefined> {
  const { config, logger } = parts;
  if (config.metricsListen === undefined) return undefined;
  const listen: Listen = { address: config.metricsListen, setting: "--metrics-listen" };
  return listenWhenAvailable(parts, listen, () =>
    serveMetrics(listen.address, {
      node: () => ({
        stats: stats(),
        connections: connections(),
        counters,
        calls,
        hashes: engines.secrets.load,
        bus: bus(),
      }),
      report: (err) => logger.error({ err }, "the metrics cannot be read"),
    }),
  );
}

/** Waits for an address and then listens on it. Another program may take the address in between. */
async function listenWhenAvailable<T>({ logger, signals }: Run, listen: Listen, start: () => Promise<T>): Promise<T> {
  await untilAvailable(listen, { signal: signals.stopping, report: (sentence) => logger.warn({}, sentence) });
  try {
    return await start();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const { address, setting } = listen;
    throw new Error(`Cannot listen on ${address}: ${why}. Start again, or take another address with ${setting}.`, {
      cause,
    });
  }
}

/** Reports that the server listens: in words for a person at a terminal, otherwise as a JSON line for programs. */
function announce(facts: {
  config: ServerConfig;
  logger: Logger;
  opened: OpenEngines;
  address: string;
  metrics: string | undefined;
}): void {
  const { config, logger, opened, address, metrics } = facts;
  const { tlsCert } = config;
  warnOfFewFiles(config, logger);
  if (process.stderr.isTTY) process.stderr.write(greeting({ address, store: opened.store, tlsCert, metrics }));
  else {
    const tls = tlsCert !== undefined;
    const [version, runtime] = [readVersion(), describeRuntime(currentRuntime())];
    const maxConnections = possibleConnections(config.maxConnections);
    const { maxConnectionsPerAddress } = config;
    const limits = { maxConnectionsPerAddress, maxConnections };
    logger.info({ address, tls, ...opened.facts, version, runtime, ...limits, metrics }, "listening");
  }
}

function warnOfFewFiles(config: ServerConfig, logger: Logger): void {
  const maxConnections = possibleConnections(config.maxConnections);
  if (maxConnections === config.maxConnections) return;
  const openFiles = readOpenFilesLimit();
  const sentence = `at most ${maxConnections} connections instead of ${config.maxConnections}, because this process may open ${openFiles} files: raise that limit (ulimit -n, LimitNOFILE), or lower --max-connections`;
  logger.warn({ maxConnections, openFiles }, sentence);
}

function exitAfterTimeout(logger: Logger): void {
  setTimeout(() => {
    logger.error({}, `stopping took longer than ${STOP_TIMEOUT_MS / 1_000} s: ending now`);
    process.exit(1);
  }, STOP_TIMEOUT_MS).unref();
}
