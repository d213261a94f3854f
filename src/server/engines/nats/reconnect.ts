import { setTimeout as sleep } from "node:timers/promises";
import { errors, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Address } from "./addresses.ts";
import { dial } from "./dial.ts";
import { type Identity, optionsOf } from "./identity.ts";

/** The wait after a connection was lost, and after a round in which all addresses failed; it doubles. In milliseconds. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 2_000;

/** A connection that has lasted for so long is a good one: the next waits are short again. In milliseconds. */
const GOOD_AFTER = 10_000;

/** How long NATS may take to let a node in, in milliseconds. */
const CONNECT_TIMEOUT = 2_000;

/** How many pings may be under way: with the third that is due, at most 4 intervals after a connection has died, it counts as dead. */
const MAX_PINGS = 2;

/** What `keepConnected` is made with. */
export interface Connecting {
  readonly addresses: readonly Address[];
  readonly identity: Identity;
  /** In milliseconds. */
  readonly pingInterval: number;
  /** Uses a connection; resolves when that has ended, with why. */
  readonly use: (connection: NatsConnection) => Promise<unknown>;
  /** No address could be connected to: a sentence for each, always in the same order. */
  readonly failed: (why: string) => void;
}

/**
 * Keeps one connection, to any of the addresses, until `signal` is aborted. This is not left to nats.js, because it does not tell why
 * it fails to connect, has one pair of credentials for all addresses, and cannot be stopped before it was connected for the first time.
 */
export async function keepConnected(connecting: Connecting, signal: AbortSignal): Promise<void> {
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const connection = await connectToAny(connecting, signal);
    if (connection !== undefined) {
      const began = performance.now();
      await connecting.use(connection);
      if (performance.now() - began >= GOOD_AFTER) wait = FIRST_WAIT;
    }
    // Jitter: nodes that have lost the same server do not come back in one crowd.
    await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
  }
}

async function connectToAny(connecting: Connecting, signal: AbortSignal): Promise<NatsConnection | undefined> {
  const { addresses, failed } = connecting;
  const problems: string[] = [];
  for (const address of shuffled(addresses)) {
    try {
      return await dial(optionsFor(address, connecting), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      problems.push(`${address.server}: ${explain(error)}`);
    }
  }
  failed(problems.sort().join("; "));
  return undefined;
}

/** So that nodes spread over the servers. */
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function optionsFor(address: Address, { identity, pingInterval }: Connecting): NodeConnectionOptions {
  return {
    servers: address.server,
    name: "obrolan",
    noEcho: true,
    reconnect: false,
    timeout: CONNECT_TIMEOUT,
    pingInterval,
    maxPingOut: MAX_PINGS,
    ignoreClusterUpdates: true,
    ...optionsOf(identity, address),
  };
}

/** Why a connection could not be made, or has ended. */
export function explain(error: unknown): string {
  // NATS waits 2 s for who connects to say who they are, and nats.js takes that for a refusal.
  if (error instanceof errors.AuthorizationError && !/timeout/i.test(error.message))
    return `the user, password, token or credentials are not accepted (${error.message})`;
  return error instanceof Error ? error.message : String(error ?? "closed by the server");
}
