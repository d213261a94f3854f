import { errors, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import { MAX_BYTES } from "./encode.ts";

/**
 * The maximum of bytes in flight to NATS. If NATS reads none of them, the connection is closed within 4 ping intervals.
 */
const MAX_IN_FLIGHT_BYTES = 8 * 1024 * 1024;
/** Bytes in flight after which a ping measures how much NATS has received. */
const PING_AFTER_BYTES = 256 * 1024;
/** The approximate overhead of one notification on the connection. */
const OVERHEAD_BYTES = 100;

/** The events of a connection. */
export interface ConnectionEvents {
  /** Called with each message that arrives on the subject. Must not throw. */
  readonly received: (bytes: Uint8Array) => void;
  /** Called if NATS refuses something, or is too slow. `problem` says what, in words for the operator. */
  readonly problem: (problem: string) => void;
}

/** One connection to NATS, until it ends. */
export class BusConnection {
  /** Resolves with the reason when the connection has ended. */
  readonly ended: Promise<unknown>;
  readonly #connection: NatsConnection;
  readonly #events: ConnectionEvents;
  #endReason: Error | undefined;
  #subscription: Subscription | undefined;
  #inFlightBytes = 0;
  #isPinging = false;

  constructor(connection: NatsConnection, events: ConnectionEvents) {
    this.#connection = connection;
    this.#events = events;
    this.ended = connection.closed().then((error) => error ?? this.#endReason);
    this.#watch();
  }

  /** The server: `host:port`. */
  get server(): string {
    return this.#connection.getServer();
  }

  /** How many bytes a notification may have. */
  get maxBytes(): number {
    return Math.min(this.#connection.info?.max_payload ?? MAX_BYTES, MAX_BYTES);
  }

  /** Subscribes to this subject instead of the previous one. */
  follow(subject: string): void {
    if (this.#connection.isClosed()) return;
    this.#subscription?.unsubscribe();
    this.#subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) this.#events.received(message.data);
        else this.#endUnsubscribed(error);
      },
    });
  }

  /** False if the connection has ended, or is about to end. */
  get isOpen(): boolean {
    return !this.#connection.isClosed() && this.#endReason === undefined;
  }

  /** Publishes. Returns `false`, and drops the bytes, if the connection has ended or too many bytes are in flight. */
  publish(subject: string, bytes: Uint8Array): boolean {
    if (this.#connection.isClosed()) return false;
    if (this.#inFlightBytes >= MAX_IN_FLIGHT_BYTES) {
      this.#events.problem("NATS does not take notifications as fast as they come, and some are left out");
      return false;
    }
    this.#connection.publish(subject, bytes);
    this.#inFlightBytes += bytes.length + OVERHEAD_BYTES;
    this.#measure();
    return true;
  }

  /** Resolves when NATS has processed all earlier calls, or the connection has ended. */
  async flushed(): Promise<void> {
    if (this.#connection.isClosed()) return;
    // If this side closes the connection, nats.js never settles its flush.
    await Promise.race([this.#connection.flush().catch(() => {}), this.ended]);
  }

  /** Ends the connection at once. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  /**
   * Measures the bytes in flight. nats.js buffers bytes that the socket does not take, without a bound, and does not
   * report how many. NATS answers a ping when it has received everything before it.
   */
  #measure(): void {
    if (this.#isPinging || this.#inFlightBytes < PING_AFTER_BYTES) return;
    const pinged = this.#inFlightBytes;
    this.#isPinging = true;
    this.#connection.flush().then(
      () => {
        this.#inFlightBytes -= pinged;
        this.#isPinging = false;
        this.#measure();
      },
      () => {},
    );
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === "staleConnection") {
        this.#endReason ??= new Error("it no longer answers");
        // nats.js would first wait for the socket to drain, which never happens if the server does not read.
        await this.close();
      } else if (status.type === "error") {
        if (status.error instanceof errors.PermissionViolationError) {
          // A node that may not publish still receives notifications.
          if (status.error.operation === "publish") this.#events.problem(unpermitted(status.error));
        } else this.#endReason = status.error;
      }
    }
  }

  /**
   * Ends a connection on which the node may not subscribe. Left open, it would look like a connection on which nobody
   * publishes.
   */
  #endUnsubscribed(error: Error): void {
    this.#endReason ??= new Error(unpermitted(error));
    void this.close();
  }
}

function unpermitted(error: Error): string {
  return `NATS does not permit what a node needs: ${error.message}`;
}
