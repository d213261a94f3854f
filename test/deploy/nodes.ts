import { Gate, gated } from "../support/engines.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { TestServer, type TestServerOptions } from "../support/server.ts";

/** A node, and the network between it and the proxy. */
export interface Node {
  readonly server: TestServer;
  readonly network: Network;
  /** When shut, it holds up the appends of this node. */
  readonly gate: Gate;
}

/**
 * Three servers in this process, on one set of embedded engines. To a proxy in front they look like three machines.
 */
export class Nodes {
  /** The server that owns the engines. It is not one of the nodes, but these know the users that it registers. */
  readonly owner: TestServer;
  readonly all: readonly Node[];

  private constructor(owner: TestServer, all: readonly Node[]) {
    this.owner = owner;
    this.all = all;
  }

  static async start(options: TestServerOptions = {}): Promise<Nodes> {
    const owner = await TestServer.start();
    const start = async (): Promise<Node> => {
      const gate = new Gate();
      const { engines } = owner;
      const wrap = () => ({ ...engines, log: gated(engines.log, gate, "append") });
      const server = await TestServer.start({ proxyProtocol: true, ...options, wrap });
      return { server, gate, network: await Network.start(server.port) };
    };
    return new Nodes(owner, [await start(), await start(), await start()]);
  }

  /** The addresses of the nodes, for a proxy. */
  get addresses(): string[] {
    return this.all.map(({ network }) => network.address);
  }

  /** The number of streams of each node. */
  get streams(): number[] {
    return this.all.map(({ server }) => server.chatServer.stats().streams);
  }

  async close(): Promise<void> {
    for (const { gate } of this.all) gate.open();
    await Promise.all(this.all.map(({ network }) => network.close().catch(() => {})));
    await Promise.all(this.all.map(({ server }) => server.close()));
    await this.owner.close();
  }
}
