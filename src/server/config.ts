import { address, choice, count, path, toggle, url, type Values } from "../config/index.ts";
import { isLoopback, parseAddress } from "../shared/address.ts";
import { DEFAULT_LIMITS, DEFAULT_LOGIN_FAILURES } from "./common/limits.ts";

/** The settings of the server. */
export const serverSettings = {
  listen: address({ summary: "where to listen", default: "127.0.0.1:50051", minPort: 0 }),
  data: path({
    summary: "the folder for accounts and messages, relative to the working folder; created if it does not exist",
    default: "obrolan-data",
    placeholder: "FOLDER",
  }),
  databaseUrl: url({
    summary: "the PostgreSQL database for accounts and messages, instead of the folder; several servers may share it",
    schemes: ["postgres", "postgresql"],
    several: false,
    allowed: "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
  }),
  natsUrl: url({
    summary: "the NATS servers over which servers with a shared database notify one another of changes at once",
    schemes: ["nats", "tls"],
    several: true,
    allowed: "nats://USER:PASSWORD@HOST:PORT, or tls:// to require TLS; several separated by commas",
  }),
  natsCreds: path({
    summary: "the credentials for NATS, instead of a user in the URL (a .creds file: JWT and NKey seed)",
    default: undefined,
    placeholder: "FILE",
  }),
  natsCa: path({
    summary: "the only authorities to trust for the certificate of NATS (PEM); requires TLS",
    default: undefined,
    placeholder: "FILE",
  }),
  natsCert: path({
    summary: "the client certificate for NATS (PEM); requires TLS",
    default: undefined,
    placeholder: "FILE",
  }),
  natsKey: path({ summary: "the key of that certificate (PEM)", default: undefined, placeholder: "FILE" }),
  tlsCert: path({
    summary: "the certificate of the server, which turns TLS on (PEM)",
    default: undefined,
    placeholder: "FILE",
  }),
  tlsKey: path({ summary: "the key of that certificate (PEM)", default: undefined, placeholder: "FILE" }),
  insecure: toggle({
    summary: "listen without TLS on an address that other machines can reach; passwords travel in clear text",
  }),
  proxyProtocol: toggle({
    summary: "read the client's address from the PROXY protocol v2 header; only if nothing but the proxy can connect",
  }),
  retainDays: count({
    summary: "how many days to keep messages; older ones are deleted",
    default: 0,
    max: 36_500,
    meaning: "0: forever",
  }),
  retainMessages: count({
    summary: "how many messages to keep; older ones are deleted",
    default: 0,
    max: 1_000_000_000_000,
    meaning: "0: all of them",
  }),
  messagesPerSecond: count({
    summary: "how many messages per second a user may send on average",
    default: DEFAULT_LIMITS.messagesPerSecond,
    max: 1_000_000,
    meaning: "0: as many as they like",
  }),
  burst: count({
    summary: "how many messages a user may send at once after a pause",
    default: DEFAULT_LIMITS.burst,
    max: 1_000_000,
    meaning: "0: as many as they like",
  }),
  loginFailures: count({
    summary: "failed sign-ins for a name from one address within 15 minutes before further ones must wait",
    default: DEFAULT_LOGIN_FAILURES,
    max: 1_000_000,
    meaning: "0: no wait",
  }),
  maxConnections: count({
    summary:
      "how many connections may be open at once; further ones are closed, and so are those that the limit of open files leaves no room for",
    default: 10_000,
    max: 1_000_000,
    meaning: "0: as many as there are, which Bun allows on a loopback address only",
  }),
  maxConnectionsPerAddress: count({
    summary:
      "how many connections of one address (IPv6: of one /64) may be open at once; further ones are refused; loopback addresses are not counted",
    default: 256,
    max: 1_000_000,
    meaning: "0: no limit, which Bun allows on a loopback address only",
  }),
  metricsListen: address({
    summary: "where to serve metrics to Prometheus, over plain HTTP at /metrics",
    default: undefined,
    minPort: 0,
  }),
  runtime: choice({
    summary: "what runs the server; docs/runtimes.md says what bun gains, and what is weaker there",
    default: "node",
    placeholder: "RUNTIME",
    words: ["node", "bun"],
  }),
  logLevel: choice({
    summary: "the lowest level to log",
    default: "info",
    placeholder: "LEVEL",
    words: ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
  }),
};

/** The settings that locate the store. */
export const storeSettings = { data: serverSettings.data, databaseUrl: serverSettings.databaseUrl };

/** The values of the server's settings. */
export type ServerConfig = Values<typeof serverSettings>;

/** Checks settings against one another. Returns a sentence for each problem. */
export function serverRules(config: ServerConfig): string[] {
  const {
    listen,
    metricsListen,
    tlsCert,
    tlsKey,
    insecure,
    proxyProtocol,
    maxConnections,
    maxConnectionsPerAddress,
    databaseUrl,
    natsUrl,
    runtime,
  } = config;
  const problems = [...pairRule("--tls-cert", tlsCert, "--tls-key", tlsKey)];
  const { host = "" } = parseAddress(listen) ?? {};
  if (!isLoopback(host) && tlsCert === undefined && tlsKey === undefined && !insecure) {
    problems.push(
      `${listen} can be reached from other machines: give --tls-cert and --tls-key, or say --insecure to let passwords travel in clear text.`,
    );
  }
  if (!isLoopback(host) && runtime === "bun") {
    const bounds = { "--max-connections": maxConnections, "--max-connections-per-address": maxConnectionsPerAddress };
    for (const [flag, bound] of Object.entries(bounds)) {
      if (bound > 0) continue;
      problems.push(
        `${listen} can be reached from other machines, and ${flag} is 0: with --runtime bun give a number, because Bun has no bound of its own (docs/runtimes.md).`,
      );
    }
  }
  if (metricsListen === listen && parseAddress(listen)?.port !== 0) {
    problems.push(`--listen and --metrics-listen are both ${listen}: give the metrics a port of their own.`);
  }
  if (insecure && tlsCert !== undefined) problems.push("--insecure means no TLS, but --tls-cert is set: choose one.");
  if (runtime === "bun" && proxyProtocol && tlsCert !== undefined) {
    problems.push(
      "--runtime bun cannot read the header of --proxy-protocol on a port with TLS: let the proxy end TLS and leave out --tls-cert, or leave out --runtime.",
    );
  }
  if (natsUrl !== undefined && databaseUrl === undefined) {
    problems.push(
      "--nats-url is set and --database-url is not: NATS only notifies servers that share a database. A server with a data folder of its own would be another room.",
    );
  }
  return [...problems, ...natsRules(config)];
}

function natsRules({ natsUrl, natsCreds, natsCa, natsCert, natsKey }: ServerConfig): string[] {
  const files = { "--nats-creds": natsCreds, "--nats-ca": natsCa, "--nats-cert": natsCert, "--nats-key": natsKey };
  if (natsUrl !== undefined) return pairRule("--nats-cert", natsCert, "--nats-key", natsKey);
  const given = Object.entries(files).flatMap(([flag, file]) => (file === undefined ? [] : flag));
  return given.map((flag) => `${flag} is set and --nats-url is not: say where NATS is.`);
}

function pairRule(certFlag: string, cert: string | undefined, keyFlag: string, key: string | undefined): string[] {
  if ((cert === undefined) === (key === undefined)) return [];
  const [given, missing] = key === undefined ? [certFlag, keyFlag] : [keyFlag, certFlag];
  return [`${given} is set and ${missing} is not: TLS needs both.`];
}

/** Checks the settings of `obrolan backup` and `obrolan restore`. Returns a sentence for each problem. */
export function storeRules({ databaseUrl }: Pick<ServerConfig, "databaseUrl">): string[] {
  if (databaseUrl === undefined) return [];
  return [
    "--database-url is set, and this command is for the store in a data folder: back up and restore a database with PostgreSQL's own tools, such as pg_dump or a base backup. docs/cluster-runbook.md says how, and what to do after a restore.",
  ];
}
