import { address, choice, count, isLoopback, parseAddress, path, toggle, url } from "../config/index.ts";

/** The server's settings. */
export const serverSettings = {
  listen: address({ summary: "where to listen", default: "127.0.0.1:50051", minPort: 0 }),
  data: path({
    summary:
      "the folder for accounts and messages, in the working folder unless its name says otherwise; made where it is not there",
    default: "obrolan-data",
    placeholder: "FOLDER",
  }),
  databaseUrl: url({
    summary:
      "the PostgreSQL database for accounts and messages, in place of the folder; any number of servers may share it",
    schemes: ["postgres", "postgresql"],
    several: false,
    allowed: "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
  }),
  natsUrl: url({
    summary: "the NATS servers by which those that share a database tell one another at once what is new",
    schemes: ["nats", "tls"],
    several: true,
    allowed: "nats://USER:PASSWORD@HOST:PORT, or tls:// to insist on TLS; several with commas between them",
  }),
  natsCreds: path({
    summary:
      "the credentials that NATS gave the servers, in place of those in the addresses (a .creds file: JWT and NKey seed)",
    default: undefined,
    placeholder: "FILE",
  }),
  natsCa: path({
    summary: "the authorities whose certificates NATS may show, and no others (PEM); insists on TLS",
    default: undefined,
    placeholder: "FILE",
  }),
  natsCert: path({
    summary: "the certificate to show NATS, where it wants one (PEM); insists on TLS",
    default: undefined,
    placeholder: "FILE",
  }),
  natsKey: path({ summary: "the key of that certificate (PEM)", default: undefined, placeholder: "FILE" }),
  tlsCert: path({ summary: "the certificate to talk TLS with (PEM)", default: undefined, placeholder: "FILE" }),
  tlsKey: path({ summary: "the key of that certificate (PEM)", default: undefined, placeholder: "FILE" }),
  insecure: toggle({ summary: "talk without TLS, passwords too, on an address that others can reach" }),
  proxyProtocol: toggle({
    summary:
      "take it from the proxy in front whose each connection is (PROXY protocol, version 2), where none but it can connect",
  }),
  retainDays: count({
    summary: "days that a message is kept; older ones are forgotten",
    default: 0,
    max: 36_500,
    meaning: "0: for ever",
  }),
  retainMessages: count({
    summary: "messages that are kept, the newest; those before them are forgotten",
    default: 0,
    max: 1_000_000_000_000,
    meaning: "0: all of them",
  }),
  messagesPerSecond: count({
    summary: "messages a second that a user may send in the long run",
    default: 10,
    max: 1_000_000,
    meaning: "0: as many as they like",
  }),
  burst: count({
    summary: "messages that a user may send at once after a rest",
    default: 20,
    max: 1_000_000,
    meaning: "0: as many as they like",
  }),
  loginFailures: count({
    summary: "failed sign-ins to a name from one address within 15 minutes, before the next have to wait",
    default: 5,
    max: 1_000_000,
    meaning: "0: never wait",
  }),
  metricsListen: address({
    summary: "where to show metrics to Prometheus, over plain HTTP at /metrics",
    default: undefined,
    minPort: 0,
  }),
  logLevel: choice({
    summary: "the least that is worth a line in the log",
    default: "info",
    placeholder: "LEVEL",
    words: ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
  }),
};

/** Those of them that say where the store is. */
export const storeSettings = { data: serverSettings.data, databaseUrl: serverSettings.databaseUrl };

/** What the server's settings come to: see `serverSettings`. */
export interface ServerConfig {
  listen: string;
  data: string;
  databaseUrl?: string;
  natsUrl?: string;
  natsCreds?: string;
  natsCa?: string;
  natsCert?: string;
  natsKey?: string;
  tlsCert?: string;
  tlsKey?: string;
  insecure: boolean;
  proxyProtocol: boolean;
  retainDays: number;
  retainMessages: number;
  messagesPerSecond: number;
  burst: number;
  loginFailures: number;
  metricsListen?: string;
  logLevel: string;
}

/** What no setting by itself can see: a sentence for each thing that is wrong. */
export function serverRules(config: ServerConfig): string[] {
  const { listen, metricsListen, tlsCert, tlsKey, insecure, databaseUrl, natsUrl } = config;
  const problems = [...pairRule("--tls-cert", tlsCert, "--tls-key", tlsKey)];
  const { host = "" } = parseAddress(listen) ?? {};
  if (!isLoopback(host) && tlsCert === undefined && tlsKey === undefined && !insecure) {
    problems.push(
      `${listen} can be reached from other machines: give --tls-cert and --tls-key, or say --insecure to let passwords travel in clear text.`,
    );
  }
  if (metricsListen === listen && parseAddress(listen)?.port !== 0) {
    problems.push(`--listen and --metrics-listen are both ${listen}: give the metrics a port of their own.`);
  }
  if (insecure && tlsCert !== undefined) problems.push("--insecure means no TLS, but --tls-cert is set: choose one.");
  if (natsUrl !== undefined && databaseUrl === undefined) {
    problems.push(
      "--nats-url is set and --database-url is not: NATS only hastens what servers read from the database that they share. Each with a data folder of its own would be another room.",
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

/** The same for whoever backs up or restores a store. */
export function storeRules({ databaseUrl }: Pick<ServerConfig, "databaseUrl">): string[] {
  if (databaseUrl === undefined) return [];
  return [
    "--database-url is set, and this is for the store in a data folder: back up and restore a database with PostgreSQL's own tools, such as pg_dump or a base backup. docs/cluster-runbook.md says how, and what to do behind a restore.",
  ];
}
