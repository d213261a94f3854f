import type { Server, Socket } from "node:net";
import { isLoopback } from "../../shared/address.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import { AbuseRecord } from "./abuseRecord.ts";
import { RareLog } from "./rareLog.ts";

/** The connections over the limit that may wait for an answer in words at the same time. Others are closed at once. */
const MAX_ANSWERED = 64;
/** How long such a connection may take until its first call has the answer. */
const ANSWER_TIMEOUT_MS = 5_000;

/** One end of a connection. Both are undefined if the connection is closed. */
export type Peer = Pick<Socket, "remoteAddress" | "remotePort">;

/** The options of an `AddressLimit`. */
export interface AddressLimitOptions {
  /** The most open connections of one address. 0: no limit. */
  readonly max: number;
  /** The client's `ADDRESS:PORT` behind a peer `ADDRESS:PORT`, which may be a proxy. */
  readonly clientOf: (peer: string) => string;
  /** The key under which connections from an `ADDRESS:PORT` count together. */
  readonly keyOf: (client: string) => string;
  readonly logger: { info(facts: object, message: string): void };
  readonly stopwatch: Stopwatch;
}

/**
 * Bounds the open connections of each client address, and refuses those of an address whose connections were closed for
 * abuse again and again. Loopback addresses are not counted: a proxy on this machine has all of its clients behind one.
 */
export class AddressLimit {
  readonly #options: AddressLimitOptions;
  readonly #abuse: AbuseRecord;
  /** The number of open connections of each address that has one. */
  readonly #open = new Map<string, number>();
  /** The peers of the connections over the limit whose first call is answered. */
  readonly #answered = new Set<string>();
  readonly #overLog: RareLog;
  readonly #abuseLog: RareLog;
  #refused = 0;
  #refusedForAbuse = 0;

  constructor(options: AddressLimitOptions) {
    const log = (facts: object, message: string) => options.logger.info(facts, message);
    this.#overLog = new RareLog(log, options.stopwatch);
    this.#abuseLog = new RareLog(log, options.stopwatch);
    this.#options = options;
    this.#abuse = new AbuseRecord(options.stopwatch);
  }

  /** The connections that were over the limit of their address. */
  get refused(): number {
    return this.#refused;
  }

  /** The connections that were closed at once because of earlier abuse. */
  get refusedForAbuse(): number {
    return this.#refusedForAbuse;
  }

  /** Decides about the connections that a server accepts from now on, before the listeners that it has now. */
  attach(server: Server): void {
    const listeners = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket) => {
      if (!this.#admits(socket)) socket.destroy();
      else for (const listener of listeners) listener.call(server, socket);
    });
  }

  /** Whether a connection is over the limit of its address, so that its calls are refused. */
  isOver(peer: Peer): boolean {
    return this.#answered.has(nameOf(peer));
  }

  /**
   * Returns a function that counts a connection as closed for abuse. Called while the connection is open, because a
   * closed one has no address.
   */
  abuseOf(peer: Peer): () => void {
    const key = this.#keyOf(nameOf(peer));
    return () => {
      if (key !== undefined) this.#abuse.add(key);
    };
  }

  #admits(socket: Socket): boolean {
    const peer = nameOf(socket);
    const key = this.#keyOf(peer);
    if (key === undefined) return true;
    const { max } = this.#options;
    if (this.#abuse.isFull(key)) {
      this.#refusedForAbuse += 1;
      this.#abuseLog.add({ address: key }, "a connection was closed, because earlier ones of its address were abused");
      return false;
    }
    const open = this.#open.get(key) ?? 0;
    if (max === 0 || open < max) {
      this.#open.set(key, open + 1);
      socket.once("close", () => this.#close(key));
      return true;
    }
    this.#refused += 1;
    const facts = { address: key, maxConnectionsPerAddress: max };
    this.#overLog.add(
      facts,
      "a connection was refused: its address has as many as --max-connections-per-address allows",
    );
    return this.#answers(peer, socket);
  }

  #close(key: string): void {
    const open = (this.#open.get(key) ?? 0) - 1;
    if (open > 0) this.#open.set(key, open);
    else this.#open.delete(key);
  }

  #answers(peer: string, socket: Socket): boolean {
    if (this.#answered.size >= MAX_ANSWERED) return false;
    this.#answered.add(peer);
    const timeout = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS);
    socket.once("close", () => {
      clearTimeout(timeout);
      this.#answered.delete(peer);
    });
    return true;
  }

  /** The key of the client behind a peer; undefined if it is not counted. */
  #keyOf(peer: string): string | undefined {
    const { clientOf, keyOf } = this.#options;
    const client = clientOf(peer);
    const key = keyOf(client);
    return isLoopback(key) || client.startsWith("::1:") ? undefined : key;
  }
}

function nameOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress}:${remotePort}`;
}
