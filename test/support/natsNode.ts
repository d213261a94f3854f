import { LocalBus } from "../../src/server/engines/memory/index.ts";
import { type Identity, type NatsBus, type Notice, openNatsBus } from "../../src/server/engines/nats/index.ts";
import { within } from "./deadline.ts";
import { Listener } from "./notifications.ts";

const open = new Set<NatsNode>();

/** Closes whatever nodes a test left open; belongs into `afterEach`. */
export async function closeNatsNodes(): Promise<void> {
  await Promise.all([...open].map((node) => node.close()));
}

/** The NATS bus of one node, with what it hears and what it reports. */
export class NatsNode {
  readonly bus: NatsBus;
  readonly listener: Listener;
  readonly notices: Notice[] = [];
  readonly #watchers = new Set<() => void>();
  /** How many of the notices `says` has found. */
  #read = 0;

  /** By itself it does not leave a NATS that does nothing within the time of a test; one that pings every second leaves it in 4 s. */
  constructor(url: string, identity: Identity = {}, pingIntervalMs = 15_000) {
    const report = (notice: Notice) => {
      this.notices.push(notice);
      for (const watch of this.#watchers) watch();
    };
    this.bus = openNatsBus({ url, identity, pingIntervalMs, local: new LocalBus(), report });
    this.listener = new Listener(this.bus);
    open.add(this);
  }

  /** One that follows a log, and whose NATS knows that. */
  static async following(logId: string, url: string, identity?: Identity, pingIntervalMs?: number): Promise<NatsNode> {
    const node = new NatsNode(url, identity, pingIntervalMs);
    node.bus.follow(logId);
    await node.connected();
    return node;
  }

  /** Waits for the next notice that has these words, and gives it. */
  async says(words: RegExp): Promise<Notice> {
    const { promise, resolve } = Promise.withResolvers<Notice>();
    const watch = () => {
      const index = this.notices.findIndex(({ message }, i) => i >= this.#read && words.test(message));
      const notice = this.notices[index];
      if (notice === undefined) return;
      this.#read = index + 1;
      resolve(notice);
    };
    this.#watchers.add(watch);
    try {
      watch();
      return await within(promise, () => `${words}; it said: ${this.notices.map(({ message }) => message).join("\n")}`);
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** Waits until it is connected anew, and what it follows is known there. */
  async connected(): Promise<void> {
    await this.says(/^connected to NATS/);
    await this.bus.flushed();
  }

  /** Waits until it has lost its connection. */
  async disconnected(): Promise<void> {
    await this.says(/^the connection to NATS .* is lost/);
  }

  /** Closes it. */
  async close(): Promise<void> {
    open.delete(this);
    await within(this.bus.close(), "the close of a bus");
  }
}
