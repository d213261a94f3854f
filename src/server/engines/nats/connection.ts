import { errors, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import { MAX_BYTES } from "./encode.ts";

/** How much may be on its way to NATS, in bytes. A connection that NATS does not read from is noticed 4 s later at most. */
const MAX_ON_WAY = 8 * 1024 * 1024;
/** After how much NATS is asked whether it has taken it, in bytes. */
const ASK_AFTER = 256 * 1024;
/** What a hint takes on its way beside itself, in bytes, about. */
const OVERHEAD = 100;

/** What comes of a line. */
export interface ConnectionEvents {
  /** Somebody has published this on the subject. Never throws. */
  readonly heard: (bytes: Uint8Array) => void;
  /** NATS does not do what it is asked: a sentence. */
  readonly trouble: (what: string) => void;
}

/** One connection to NATS, from when it is there to its end. */
export class BusConnection {
  /** Resolves when the connection has ended, with why. */
  readonly ended: Promise<unknown>;
  readonly #connection: NatsConnection;
  readonly #events: ConnectionEvents;
  #why: Error | undefined;
  #subscription: Subscription | undefined;
  #onWay = 0;
  #isAsking = false;

  constructor(connection: NatsConnection, events: ConnectionEvents) {
    this.#connection = connection;
    this.#events = events;
    this.ended = connection.closed().then((error) => error ?? this.#why);
    this.#watch();
  }

  /** Which server it is: `host:port`. */
  get server(): string {
    return this.#connection.getServer();
  }

  /** The most that a hint may have, in bytes. */
  get maxBytes(): number {
    return Math.min(this.#connection.info?.max_payload ?? MAX_BYTES, MAX_BYTES);
  }

  /** From now on hears what is published on this subject, and no other one. */
  follow(subject: string): void {
    if (this.#connection.isClosed()) return;
    this.#subscription?.unsubscribe();
    this.#subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) this.#events.heard(message.data);
        else this.#endDeaf(error);
      },
    });
  }

  /** Whether it has not ended, nor is about to. */
  get isOpen(): boolean {
    return !this.#connection.isClosed() && this.#why === undefined;
  }

  /** Publishes; `false` where that is not possible, because the connection has ended or NATS does not take what is on its way. */
  publish(subject: string, bytes: Uint8Array): boolean {
    if (this.#connection.isClosed()) return false;
    if (this.#onWay >= MAX_ON_WAY) {
      this.#events.trouble("NATS does not take hints as fast as they come, and some are left out");
      return false;
    }
    this.#connection.publish(subject, bytes);
    this.#onWay += bytes.length + OVERHEAD;
    this.#ask();
    return true;
  }

  /** Resolves when NATS has taken all that was said before, or the connection has ended. */
  async taken(): Promise<void> {
    if (this.#connection.isClosed()) return;
    // Where it is closed by us nobody answers any more, and nats.js does not end the wait.
    await Promise.race([this.#connection.flush().catch(() => {}), this.ended]);
  }

  /** Ends the connection at once. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  /**
   * nats.js keeps what the socket does not take, without a bound and without telling how much it is. NATS answers a ping when it has
   * taken what came before it: so that is how much is on its way.
   */
  #ask(): void {
    if (this.#isAsking || this.#onWay < ASK_AFTER) return;
    const asked = this.#onWay;
    this.#isAsking = true;
    this.#connection.flush().then(
      () => {
        this.#onWay -= asked;
        this.#isAsking = false;
        this.#ask();
      },
      () => {},
    );
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === "staleConnection") {
        this.#why ??= new Error("it no longer answers");
        // nats.js would first wait until the socket has taken all that is in it, which is for ever where the other end does not read.
        await this.close();
      } else if (status.type === "error") {
        if (status.error instanceof errors.PermissionViolationError) {
          // One that may not publish still hears the others.
          if (status.error.operation === "publish") this.#events.trouble(unpermitted(status.error));
        } else this.#why = status.error;
      }
    }
  }

  /** A connection over which nothing can be heard would look like one over which nothing is said. */
  #endDeaf(error: Error): void {
    this.#why ??= new Error(unpermitted(error));
    void this.close();
  }
}

function unpermitted(error: Error): string {
  return `NATS does not permit what a node needs: ${error.message}`;
}
