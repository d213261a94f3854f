import { setTimeout as sleep } from "node:timers/promises";
import { errors, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Address } from "./addresses.ts";
import { connectOnce } from "./connect.ts";
import { type Identity, optionsOf } from "./identity.ts";

/**
 * The backoff after a lost connection, and after all addresses have failed: first this long, then doubled up to the
 * maximum.
 */
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 2_000;

/** A connection that lasts this long resets the backoff. */
const STABLE_AFTER_MS = 10_000;

/** How long connecting and authenticating may take. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * How many pings may be unanswered. nats.js closes the connection when a third ping is due: at most 4 intervals after
 * the connection has died.
 */
const MAX_UNANSWERED_PINGS = 2;

/** Where and how to connect. */
export interface ReconnectOptions {
  readonly addresses: readonly Address[];
  readonly identity: Identity;
  readonly pingIntervalMs: number;
  /** Uses a connection. Resolves when the connection has ended. */
  readonly use: (connection: NatsConnection) => Promise<unknown>;
  /** Called when all addresses have failed, with their errors, sorted. */
  readonly failed: (why: string) => void;
}

/**
 * Keeps one connection, to any of the addresses, until `signal` is aborted. nats.js has a reconnect of its own, but
 * it does not report why it cannot connect, has one pair of credentials for all addresses, and cannot be stopped
 * before its first connection.
 */
export async function keepConnected(options: ReconnectOptions, signal: AbortSignal): Promise<void> {
  for (let backoffMs = FIRST_BACKOFF_MS; !signal.aborted; backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS)) {
    const connection = await connectToAny(options, signal);
    if (connection !== undefined) {
      const connectedAt = performance.now();
      await options.use(connection);
      if (performance.now() - connectedAt >= STABLE_AFTER_MS) backoffMs = FIRST_BACKOFF_MS;
    }
    // Jitter, so that nodes that lost the same server do not all reconnect at the same time.
    await sleep(backoffMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
  }
}

async function connectToAny(options: ReconnectOptions, signal: AbortSignal): Promise<NatsConnection | undefined> {
  const { addresses, failed } = options;
  const problems: string[] = [];
  for (const address of shuffled(addresses)) {
    try {
      return await connectOnce(optionsFor(address, options), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      problems.push(`${address.server}: ${explain(error)}`);
    }
  }
  failed(problems.sort().join("; "));
  return undefined;
}

/** The addresses in random order, so that the nodes spread over the servers. */
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function optionsFor(address: Address, { identity, pingIntervalMs }: ReconnectOptions): NodeConnectionOptions {
  return {
    servers: address.server,
    name: "obrolan",
    noEcho: true,
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: pingIntervalMs,
    maxPingOut: MAX_UNANSWERED_PINGS,
    ignoreClusterUpdates: true,
    ...optionsOf(identity, address),
  };
}

/** Says why a connection failed or ended. */
export function explain(error: unknown): string {
  // If a client does not authenticate within 2 s, NATS reports a timeout, which nats.js takes for a refusal.
  if (error instanceof errors.AuthorizationError && !/timeout/i.test(error.message))
    return `the user, password, token or credentials are not accepted (${error.message})`;
  return error instanceof Error ? error.message : String(error ?? "closed by the server");
}
