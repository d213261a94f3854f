import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Health, watchHealth } from "../../support/health.ts";
import { Proxy as NetworkProxy } from "../../support/proxy.ts";
import type { Connection } from "../../support/wire.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterNode } from "./node.ts";

/** The wait before the next attempt to watch the health of a node. */
const RETRY_MS = 50;

/** A load balancer. It gives new connections in turn to the nodes whose health is SERVING. */
export class Front {
  /** The proxy that clients connect to. */
  readonly proxy: NetworkProxy;
  readonly #serving: Set<ClusterNode>;
  readonly #watches = new Map<ClusterNode, Connection>();
  #isClosed = false;

  private constructor(proxy: NetworkProxy, serving: Set<ClusterNode>, nodes: readonly ClusterNode[]) {
    this.proxy = proxy;
    this.#serving = serving;
    for (const node of nodes) this.#watch(node);
  }

  /** Starts a balancer for the present nodes of a cluster. */
  static async start({ nodes }: Cluster): Promise<Front> {
    const serving = new Set(nodes);
    let turn = 0;
    const proxy = await NetworkProxy.start(() => {
      // If no node serves, one of them refuses the connection itself.
      const choice = serving.size > 0 ? [...serving] : nodes;
      return (choice[turn++ % choice.length] as ClusterNode).server.port;
    });
    return new Front(proxy, serving, nodes);
  }

  get port(): number {
    return this.proxy.port;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wire of this.#watches.values()) wire.close();
    await this.proxy.close();
  }

  async #watch(node: ClusterNode): Promise<void> {
    while (!this.#isClosed) {
      // A node whose health cannot be watched counts as not serving.
      await this.#follow(node).catch(() => {});
      this.#serving.delete(node);
      if (!this.#isClosed) await sleep(RETRY_MS);
    }
  }

  async #follow(node: ClusterNode): Promise<void> {
    const wire = await node.connect();
    this.#watches.set(node, wire);
    try {
      const next = watchHealth(wire, "obrolan.v1.ChatService", Infinity);
      const lost = once(wire.session, "close").then(() => undefined);
      for (;;) {
        const status = await Promise.race([next(), lost]);
        if (status === undefined) return;
        if (status === Health.SERVING) this.#serving.add(node);
        else this.#serving.delete(node);
      }
    } finally {
      wire.close();
    }
  }
}
