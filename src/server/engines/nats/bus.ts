import type { NatsConnection } from "@nats-io/transport-node";
import type { Bus, BusCounts, Notification } from "../../log/ports/bus.ts";
import type { Address } from "./addresses.ts";
import { BusConnection } from "./connection.ts";
import { decodeNotification } from "./decode.ts";
import { encodeNotification, VERSION } from "./encode.ts";
import type { Identity } from "./identity.ts";
import type { Notices } from "./notices.ts";
import { explain, keepConnected } from "./reconnect.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A log id that is one token of a subject (https://docs.nats.io/nats-concepts/subjects), as a UUID is. */
const SUBJECT_TOKEN = /^[\w-]{1,64}$/;

const CONSEQUENCE = "meanwhile what other nodes accept is found in the store, up to half a second later";

/**
 * The bus of several nodes: a local bus, whose notifications NATS carries to the other nodes and back. While NATS is
 * unavailable, notifications reach only this node, and are not kept: other nodes find the changes in the store.
 */
export class NatsBus implements Bus {
  readonly counts: BusCounts;
  readonly #local: Bus;
  readonly #notices: Notices;
  readonly #counts: Writable<BusCounts>;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  #subject: string | undefined;
  #connection: BusConnection | undefined;
  #isConnected = false;

  constructor(parts: {
    addresses: readonly Address[];
    identity: Identity;
    pingIntervalMs: number;
    local: Bus;
    notices: Notices;
  }) {
    this.#local = parts.local;
    this.#notices = parts.notices;
    this.#counts = { published: 0, publishedBytes: 0, received: 0, receivedBytes: 0, dropped: 0, unreadable: 0 };
    this.counts = this.#counts;
    const options = {
      addresses: parts.addresses,
      identity: parts.identity,
      pingIntervalMs: parts.pingIntervalMs,
      use: (connection: NatsConnection) => this.#use(connection),
      failed: (why: string) => this.#notices.warn(`NATS cannot be reached (${why}); ${CONSEQUENCE}`),
    };
    this.#ended = keepConnected(options, this.#closing.signal);
  }

  /** Whether the bus receives the other nodes' notifications. A dead connection counts for up to 4 s. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  follow(logId: string): void {
    if (!SUBJECT_TOKEN.test(logId)) throw new Error(`"${logId}" cannot be the id of a log on NATS: it must be a UUID`);
    const subject = `obrolan.v${VERSION}.${logId}`;
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.#connection?.follow(subject);
  }

  publish(notification: Notification): void {
    // First, so that a notification that a handler publishes arrives later on the other nodes too.
    this.#send(notification);
    this.#local.publish(notification);
  }

  subscribe(handler: (notification: Notification) => void): () => void {
    return this.#local.subscribe(handler);
  }

  /** Resolves when NATS has processed earlier calls; at once while NATS is unavailable. Never throws. */
  async flushed(): Promise<void> {
    await this.#connection?.flushed();
  }

  /** Closes the connection to NATS at once and for good. Notifications then reach only this node. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection?.close();
    await this.#ended;
  }

  #send(notification: Notification): void {
    if (this.#subject === undefined) return;
    const bytes = this.#connection && encodeNotification(notification, this.#connection.maxBytes);
    if (bytes !== undefined && this.#connection?.publish(this.#subject, bytes)) {
      this.#counts.published += 1;
      this.#counts.publishedBytes += bytes.length;
    } else {
      this.#counts.dropped += 1;
    }
  }

  #receive(bytes: Uint8Array): void {
    this.#counts.received += 1;
    this.#counts.receivedBytes += bytes.length;
    const notification = this.#decode(bytes);
    if (notification !== undefined) this.#local.publish(notification);
  }

  #decode(bytes: Uint8Array): Notification | undefined {
    try {
      return decodeNotification(bytes);
    } catch (error) {
      this.#counts.unreadable += 1;
      const problem = `a message on ${this.#subject} is not a notification, and is left out (${explain(error)})`;
      this.#notices.warn(`${problem}; see to it that only nodes may publish there`, "unreadable");
      return undefined;
    }
  }

  async #use(natsConnection: NatsConnection): Promise<void> {
    const connection = new BusConnection(natsConnection, {
      received: (bytes) => this.#receive(bytes),
      problem: (problem) => this.#notices.warn(`${problem}; ${CONSEQUENCE}`),
    });
    this.#connection = connection;
    // `close` may have been called before the connection was stored.
    if (this.#closing.signal.aborted) await connection.close();
    if (this.#subject !== undefined) connection.follow(this.#subject);
    // NATS answers whether the node may subscribe before it answers the flush.
    await connection.flushed();
    this.#isConnected = connection.isOpen;
    if (this.#isConnected) this.#notices.info(`connected to NATS at ${connection.server}`);
    const why = await connection.ended;
    this.#connection = undefined;
    this.#isConnected = false;
    if (this.#closing.signal.aborted) return;
    this.#notices.warn(`the connection to NATS at ${connection.server} is lost (${explain(why)}); ${CONSEQUENCE}`);
  }
}
