import { LocalBus } from "../../src/server/engines/memory/index.ts";
import { type Identity, type NatsBus, type Notice, openNatsBus } from "../../src/server/engines/nats/index.ts";
import { within } from "./deadline.ts";
import { Listener } from "./notifications.ts";

const open = new Set<NatsNode>();

/** Closes the nodes that a test left open. Call it in `afterEach`. */
export async function closeNatsNodes(): Promise<void> {
  await Promise.all([...open].map((node) => node.close()));
}

/** The NATS bus of one node, with a record of its notifications and notices. */
export class NatsNode {
  readonly bus: NatsBus;
  readonly listener: Listener;
  readonly notices: Notice[] = [];
  readonly #watchers = new Set<() => void>();
  /** The number of notices before and including the last one that `says` found. */
  #read = 0;

  /**
   * By default a node keeps its connection to a paused NATS for longer than a test lasts; with a ping every second, for
   * 4 s.
   */
  constructor(url: string, identity: Identity = {}, pingIntervalMs = 15_000) {
    const report = (notice: Notice) => {
      this.notices.push(notice);
      for (const watch of this.#watchers) watch();
    };
    this.bus = openNatsBus({ url, identity, pingIntervalMs, local: new LocalBus(), report });
    this.listener = new Listener(this.bus);
    open.add(this);
  }

  /** Opens a node that follows a log, and waits until NATS has its subscription. */
  static async following(logId: string, url: string, identity?: Identity, pingIntervalMs?: number): Promise<NatsNode> {
    const node = new NatsNode(url, identity, pingIntervalMs);
    node.bus.follow(logId);
    await node.connected();
    return node;
  }

  /** Waits for the next notice that matches, and resolves with it. */
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
      return await within(promise, () => `${words}; notices: ${this.notices.map(({ message }) => message).join("\n")}`);
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** Waits until the node has connected again, and NATS has its subscription. */
  async connected(): Promise<void> {
    await this.says(/^connected to NATS/);
    await this.bus.flushed();
  }

  /** Waits until the node has lost its connection. */
  async disconnected(): Promise<void> {
    await this.says(/^the connection to NATS .* is lost/);
  }

  async close(): Promise<void> {
    open.delete(this);
    await within(this.bus.close(), "the close of a bus");
  }
}
