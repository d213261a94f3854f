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

/** What a log's id may be, to be one token of a subject (https://docs.nats.io/nats-concepts/subjects). A UUID is. */
const TOKEN = /^[\w-]{1,64}$/;

const MEANWHILE = "meanwhile what other nodes accept is found in the store, up to half a second later";

/**
 * The bus where there are several nodes: a node's own bus, of which NATS carries the hints to the other nodes and theirs back. While
 * NATS is away hints reach this node alone, and are not kept: what they tell of is in the store.
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
    pingInterval: number;
    local: Bus;
    notices: Notices;
  }) {
    this.#local = parts.local;
    this.#notices = parts.notices;
    this.#counts = { published: 0, publishedBytes: 0, received: 0, receivedBytes: 0, dropped: 0, unreadable: 0 };
    this.counts = this.#counts;
    const connecting = {
      addresses: parts.addresses,
      identity: parts.identity,
      pingInterval: parts.pingInterval,
      use: (connection: NatsConnection) => this.#use(connection),
      failed: (why: string) => this.#notices.warn(`NATS cannot be reached (${why}); ${MEANWHILE}`),
    };
    this.#ended = keepConnected(connecting, this.#closing.signal);
  }

  /** Whether there is a connection to NATS that hears the others. One that is dead counts until that is noticed, for up to 4 s. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  follow(logId: string): void {
    if (!TOKEN.test(logId)) throw new Error(`"${logId}" cannot be the id of a log on NATS: it is to be a UUID`);
    const subject = `obrolan.v${VERSION}.${logId}`;
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.#connection?.follow(subject);
  }

  publish(hint: Notification): void {
    // First, so that what a handler publishes comes behind it on the other nodes too.
    this.#send(hint);
    this.#local.publish(hint);
  }

  subscribe(handler: (hint: Notification) => void): () => void {
    return this.#local.subscribe(handler);
  }

  /** Resolves when NATS has taken what was followed and published before; at once while it is away. Never throws. */
  async taken(): Promise<void> {
    await this.#connection?.taken();
  }

  /** Leaves NATS, for ever and at once; hints then reach this node alone. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection?.close();
    await this.#ended;
  }

  #send(hint: Notification): void {
    if (this.#subject === undefined) return;
    const bytes = this.#connection && encodeNotification(hint, this.#connection.maxBytes);
    if (bytes !== undefined && this.#connection?.publish(this.#subject, bytes)) {
      this.#counts.published += 1;
      this.#counts.publishedBytes += bytes.length;
    } else {
      this.#counts.dropped += 1;
    }
  }

  #heard(bytes: Uint8Array): void {
    this.#counts.received += 1;
    this.#counts.receivedBytes += bytes.length;
    const hint = this.#read(bytes);
    if (hint !== undefined) this.#local.publish(hint);
  }

  #read(bytes: Uint8Array): Notification | undefined {
    try {
      return decodeNotification(bytes);
    } catch (error) {
      this.#counts.unreadable += 1;
      const what = `what was published on ${this.#subject} is no hint, and is left out (${explain(error)})`;
      this.#notices.warn(`${what}; see to it that only nodes may publish there`, "no hint");
      return undefined;
    }
  }

  async #use(connection: NatsConnection): Promise<void> {
    const line = new BusConnection(connection, {
      heard: (bytes) => this.#heard(bytes),
      trouble: (what) => this.#notices.warn(`${what}; ${MEANWHILE}`),
    });
    this.#connection = line;
    // The close may have come while the connection was on its way here.
    if (this.#closing.signal.aborted) await line.close();
    if (this.#subject !== undefined) line.follow(this.#subject);
    // Whether it may listen there is answered before this.
    await line.taken();
    this.#isConnected = line.isOpen;
    if (this.#isConnected) this.#notices.info(`connected to NATS at ${line.server}`);
    const why = await line.ended;
    this.#connection = undefined;
    this.#isConnected = false;
    if (this.#closing.signal.aborted) return;
    this.#notices.warn(`the connection to NATS at ${line.server} is lost (${explain(why)}); ${MEANWHILE}`);
  }
}
