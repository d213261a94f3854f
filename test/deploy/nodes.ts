import { Gate, gated } from "../support/engines.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { TestServer, type TestServerOptions } from "../support/server.ts";

/** A node, and the network between it and whatever is in front of it. */
export interface Node {
  readonly server: TestServer;
  readonly network: Network;
  /** Shut, it holds up what is said on this node. */
  readonly gate: Gate;
}

/** Three servers in this process, on one set of embedded engines: to a proxy in front they are as good as three machines. */
export class Nodes {
  /** Has the engines, and is none of the nodes: people who are made here are known to all of them. */
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

  /** Where they are, for a proxy. */
  get addresses(): string[] {
    return this.all.map(({ network }) => network.address);
  }

  /** How many streams each of them has. */
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
