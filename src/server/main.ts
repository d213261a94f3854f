import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { destination, type Logger, pino } from "pino";
import type { ServerConfig } from "./config.ts";
import { openEngines } from "./engines.ts";
import { greeting } from "./greeting.ts";
import { keepHeapSmall } from "./heap.ts";
import { type MetricsParts, type ServedMetrics, serveMetrics } from "./metrics/index.ts";
import { whenStoreAnswers } from "./patience.ts";
import { type ChatServer, createServer } from "./server.ts";
import { readSettingFile } from "./settingFile.ts";
import { VERSION } from "./version.ts";

const DAY = 24 * 60 * 60 * 1_000;

/**
 * Runs the server until SIGTERM or SIGINT, then drains it. Throws an error for people where it cannot start: the store, the
 * certificate, the address.
 */
export async function serve(config: ServerConfig): Promise<void> {
  // What grpc-js writes to standard error by itself is told better by us, or is none of the operator's business.
  setLogVerbosity(logVerbosity.NONE);
  const logger = pino({ level: config.logLevel }, destination({ fd: 2, sync: true }));
  keepHeapSmall();
  const tls = readTls(config);
  const opened = await openEngines(config, logger);
  let server: ChatServer | undefined;
  let metrics: ServedMetrics | undefined;
  try {
    const open = () =>
      createServer({
        engines: opened.engines,
        limits: { messagesPerSecond: config.messagesPerSecond, burst: config.burst },
        retention: { maxAge: config.retainDays * DAY, maxMessages: config.retainMessages },
        loginFailures: config.loginFailures,
        proxyProtocol: config.proxyProtocol,
        logger,
        ...(tls === undefined ? {} : { tls }),
      });
    // It was there a moment ago, and may be away again.
    server = await whenStoreAnswers(open, opened.patience);
    const { stats, tallies } = server;
    metrics = await showMetrics(config.metricsListen, {
      room: () => ({ stats: stats(), tallies, hashes: opened.engines.secrets.load, bus: opened.bus() }),
      report: (err) => logger.error({ err }, "the metrics cannot be read"),
    });
    const address = await listen(server, config.listen);
    const facts = { address, tls: tls !== undefined, ...opened.facts, version: VERSION, metrics: metrics?.address };
    // Lines of JSON are for programs: a person at a terminal is told the same in words.
    if (process.stderr.isTTY) {
      const { store } = opened;
      process.stderr.write(greeting({ address, store, tlsCert: config.tlsCert, metrics: metrics?.address }));
    } else logger.info(facts, "listening");

    const logStats = () => logger.info({ stats: stats() }, "stats");
    process.on("SIGUSR2", logStats);
    await signalled(logger);
    endInTime(logger);
    await server.drain();
    process.off("SIGUSR2", logStats);
    logger.info({}, "stopped");
  } finally {
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

async function showMetrics(address: string | undefined, parts: MetricsParts): Promise<ServedMetrics | undefined> {
  try {
    return address === undefined ? undefined : await serveMetrics(address, parts);
  } catch (cause) {
    throw cannotListen(address, "--metrics-listen", cause);
  }
}

function cannotListen(address: string | undefined, setting: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  const said = why.includes("EADDRINUSE") ? "another program listens there" : why;
  return new Error(`Cannot listen on ${address}: ${said}. Take another address with ${setting}.`, { cause });
}

function readTls({ tlsCert, tlsKey }: ServerConfig): { cert: Buffer; key: Buffer } | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return { cert: readSettingFile(tlsCert, "--tls-cert"), key: readSettingFile(tlsKey, "--tls-key") };
}

/** How long stopping may take, in milliseconds. What waits for a database that does not answer would take longer. */
const PATIENCE = 10_000;

function endInTime(logger: Logger): void {
  setTimeout(() => {
    logger.error({}, `not all that was under way has ended within ${PATIENCE / 1_000} s: ending now`);
    process.exit(1);
  }, PATIENCE).unref();
}

const STOPPING = ["SIGTERM", "SIGINT"] as const;

/** Resolves at the first signal to stop. A second one stops at once, which is what somebody who sends it wants. */
async function signalled(logger: Logger): Promise<void> {
  const { promise, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  for (const name of STOPPING) process.once(name, stop);
  const signal = await promise;
  for (const name of STOPPING) process.off(name, stop);
  logger.info({ signal }, "stopping");
}
