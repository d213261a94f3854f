import { readFileSync } from "node:fs";
import type { DropArgument, Server } from "node:net";
import type { RareLog } from "./rareLog.ts";

/**
 * File descriptors for everything but clients: the store, the bus, the metrics, the log, and one for a connection that
 * is accepted and closed at once. A server without clients has about 30 of them.
 */
const RESERVED_FILES = 128;

/** Bounds the open connections of a server. It closes further ones as soon as they are accepted. */
export class ConnectionLimit {
  readonly #max: number;
  readonly #log: RareLog;
  #refused = 0;

  /** `max`: the number of connections, for each address that a server listens on. 0: no limit. */
  constructor(max: number, log: RareLog) {
    this.#max = max;
    this.#log = log;
  }

  /** The number of connections that were closed at once. */
  get refused(): number {
    return this.#refused;
  }

  /** Bounds the connections of a server from now on. */
  attach(server: Server): void {
    if (this.#max === 0) return;
    server.maxConnections = this.#max;
    server.on("drop", (connection?: DropArgument) => {
      this.#refused += 1;
      const facts = { address: connection?.remoteAddress, maxConnections: this.#max };
      this.#log.add(facts, "a connection was closed, because as many as --max-connections allows are open");
    });
  }
}

/**
 * The number of connections that a process can hold, at most `wanted`: at the limit of file descriptors no server can
 * accept a connection, not even to close it, and Bun tries again and again without a pause. 0 stays 0: no limit.
 */
export function possibleConnections(wanted: number, openFiles = readOpenFilesLimit()): number {
  return Math.min(wanted, Math.max(1, openFiles - RESERVED_FILES));
}

/** The limit of open files of this process (`ulimit -n`). Infinity except on Linux. */
export function readOpenFilesLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
    return Number(soft ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
