import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { destination, type Logger, pino } from "pino";
import type { ServerConfig } from "./config.ts";
import { openEngines } from "./engines/index.ts";
import { waitForStore } from "./engines/waitForStore.ts";
import { type MetricsParts, type ServedMetrics, serveMetrics } from "./metrics/index.ts";
import { type Listen, untilAvailable } from "./net/available.ts";
import { ServerCertificate } from "./process/certificate.ts";
import { watchExpiry } from "./process/certificateExpiry.ts";
import { greeting } from "./process/greeting.ts";
import { keepHeapSmall } from "./process/heap.ts";
import { Signals, Stopped } from "./process/signals.ts";
import { VERSION } from "./process/version.ts";
import { type ChatServer, createServer } from "./server.ts";

const DAY = 24 * 60 * 60 * 1_000;
/** How much of the log is kept in memory, in bytes, while standard error takes nothing; more is lost. */
const MAX_LOG_BUFFER = 1024 * 1024;

/**
 * Runs the server until a signal stops it, then drains it. Throws an error for people if it cannot start: the store, the certificate,
 * the address.
 */
export async function serve(config: ServerConfig): Promise<void> {
  // What grpc-js writes to standard error by itself is told better by us, or is none of the operator's business.
  setLogVerbosity(logVerbosity.NONE);
  const output = destination({ fd: 2, sync: true, maxLength: MAX_LOG_BUFFER });
  // A full disk, or a terminal that is gone, must not end the server; there is nowhere to report it.
  output.on("error", () => {});
  const logger = pino({ level: config.logLevel }, output);
  const signals = new Signals(logger);
  void signals.stopped().then(() => endInTime(logger));
  try {
    await run(config, logger, signals);
  } catch (error) {
    // A signal that comes during the start is obeyed like any other.
    if (!(error instanceof Stopped)) throw error;
  } finally {
    signals.close();
  }
  logger.info({}, "stopped");
}

async function run(config: ServerConfig, logger: Logger, signals: Signals): Promise<void> {
  keepHeapSmall();
  const certificate = new ServerCertificate(config);
  const opened = await signals.unlessStopped(openEngines(config, logger));
  let server: ChatServer | undefined;
  let metrics: ServedMetrics | undefined;
  let stopWatching = () => {};
  try {
    const open = () =>
      createServer({
        engines: opened.engines,
        limits: { messagesPerSecond: config.messagesPerSecond, burst: config.burst },
        retention: { maxAgeMs: config.retainDays * DAY, maxMessages: config.retainMessages },
        loginFailures: config.loginFailures,
        proxyProtocol: config.proxyProtocol,
        logger,
        ...(certificate.pair === undefined ? {} : { tls: certificate.pair }),
      });
    // It was there a moment ago, and may be away again.
    const created = await waitForStore(open, opened.startTimeoutMs, signals.stopping);
    server = created;
    const { stats, counters, calls } = created;
    const ready = (listen: Listen) =>
      untilAvailable(listen, { signal: signals.stopping, report: (sentence) => logger.warn({}, sentence) });
    if (config.metricsListen !== undefined) {
      await ready({ address: config.metricsListen, setting: "--metrics-listen" });
      metrics = await showMetrics(config.metricsListen, {
        room: () => ({ stats: stats(), counters, calls, hashes: opened.engines.secrets.load, bus: opened.bus() }),
        report: (err) => logger.error({ err }, "the metrics cannot be read"),
      });
    }
    await ready({ address: config.listen, setting: "--listen" });
    const address = await listen(created, config.listen);
    const isTls = certificate.pair !== undefined;
    const facts = { address, tls: isTls, ...opened.facts, version: VERSION, metrics: metrics?.address };
    // Lines of JSON are for programs: a person at a terminal is told the same in words.
    if (process.stderr.isTTY) {
      const { store } = opened;
      process.stderr.write(greeting({ address, store, tlsCert: config.tlsCert, metrics: metrics?.address }));
    } else logger.info(facts, "listening");
    stopWatching = watchExpiry({ certificates: () => [...certificate.certificates, ...opened.certificates()], logger });
    signals.serving({
      renew: () => certificate.renew(created, logger),
      logStats: () => logger.info({ stats: stats() }, "stats"),
    });

    const failure = await Promise.race([signals.stopped(), opened.failed]);
    if (failure !== undefined) {
      logger.error({}, failure.message);
      endInTime(logger);
    }
    await created.drain();
    if (failure !== undefined) throw failure;
  } finally {
    stopWatching();
    await server?.drain();
    // Behind the drain, so that one can be watched.
    await metrics?.close();
    await opened.close();
  }
}

async function listen(server: ChatServer, address: string): Promise<string> {
  const host = address.slice(0, address.lastIndexOf(":"));
  try {
    return `${host}:${await server.listen(address)}`;
  } catch (cause) {
    throw cannotListen(address, "--listen", cause);
  }
}

async function showMetrics(address: string, parts: MetricsParts): Promise<ServedMetrics> {
  try {
    return await serveMetrics(address, parts);
  } catch (cause) {
    throw cannotListen(address, "--metrics-listen", cause);
  }
}

/** The address was available a moment ago. */
function cannotListen(address: string, setting: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Cannot listen on ${address}: ${why}. Start again, or take another address with ${setting}.`, {
    cause,
  });
}

/** How long stopping may take, in milliseconds. What waits for a database that does not answer would take longer. */
const PATIENCE = 10_000;

function endInTime(logger: Logger): void {
  setTimeout(() => {
    logger.error({}, `not all that was under way has ended within ${PATIENCE / 1_000} s: ending now`);
    process.exit(1);
  }, PATIENCE).unref();
}
