import { randomUUID } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { expect } from "chai";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import { within } from "../support/deadline.ts";
import { EngineServer, needsEngine } from "../support/engineServer.ts";
import { isSettled, turns } from "../support/eventLoop.ts";
import { message } from "../support/messages.ts";
import { closeNatsNodes, NatsNode } from "../support/natsNode.ts";
import { numbered } from "../support/notifications.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { range } from "../support/storeFixture.ts";

const MIB = 1024 * 1024;

describe("NatsBus under faults", () => {
  let logId: string;
  let server: EngineServer;
  let proxy: Network;
  /** `ana` reaches NATS through the proxy, `bob` directly. */
  let ana: NatsNode;
  let bob: NatsNode;
  let pingIntervalMs: number | undefined;
  before(function () {
    needsEngine(this, "nats");
  });
  beforeEach(async () => {
    logId = randomUUID();
    server = await EngineServer.start("nats");
    proxy = await Network.start(server.port);
    ana = await NatsNode.following(logId, `nats://${proxy.address}`, {}, pingIntervalMs);
    bob = await NatsNode.following(logId, server.url, {}, pingIntervalMs);
  });
  afterEach(async () => {
    await closeNatsNodes();
    await proxy?.close();
    await server?.remove();
  });

  /** Checks that each node receives what the other publishes. */
  const expectBothWays = async (number: number) => {
    ana.bus.publish(numbered(number));
    bob.bus.publish(numbered(number + 1));
    await bob.listener.number(number);
    await ana.listener.number(number + 1);
  };

  /** The same while the nodes may still reconnect: publishes until both arrive, because a reconnect may lose some. */
  const expectBothWaysInTheEnd = async () => {
    let areHeard = false;
    const heard = Promise.all([ana.listener.number(1), bob.listener.number(2)]).finally(() => {
      areHeard = true;
    });
    const speak = async () => {
      for (; !areHeard; await turns()) {
        ana.bus.publish(numbered(2));
        bob.bus.publish(numbered(1));
        await Promise.all([ana.bus.flushed(), bob.bus.flushed()]);
      }
    };
    await Promise.all([heard, speak()]);
  };

  const stall = () => {
    for (const link of proxy.links) for (const way of ["up", "down"] as const) link.set(way, "hold");
  };

  /** About 512 KiB. */
  const large = (id: number): Notification => ({
    kind: "appended",
    logId,
    entries: [message(id, { length: MIB / 2 })],
  });

  it("the bus drops nothing while NATS keeps up, however much is published", async () => {
    for (const id of range(1, 60)) {
      ana.bus.publish(large(id));
      if (id % 8 === 0) await ana.bus.flushed();
    }
    ana.bus.publish(numbered(1));
    await bob.listener.number(1);
    expect(ana.bus.counts).to.include({ published: 61, dropped: 0 });
    expect(bob.listener.received).to.have.length(61);
  });

  it("the bus reconnects after every cut and reset, and receives what is published afterwards", async () => {
    for (const round of range(1, 5)) {
      for (const link of proxy.links) round % 2 === 0 ? link.end() : link.reset();
      await ana.disconnected();
      await ana.connected();
      await expectBothWays(10 * round);
    }
    expect(bob.listener.numbers.filter((number) => number % 10 === 0)).to.deep.equal([10, 20, 30, 40, 50]);
  });

  it("the bus decodes notifications that arrive a few bytes at a time", async () => {
    for (const link of proxy.links) for (const way of ["up", "down"] as const) link.set(way, { bytes: 7, everyMs: 1 });
    for (const number of range(1, 20)) bob.bus.publish(numbered(number));
    ana.bus.publish(numbered(100));
    await ana.listener.number(20);
    await bob.listener.number(100);
    expect(ana.listener.numbers).to.deep.equal([100, ...range(1, 20)]);
  });

  it("the bus closes at once while its connection is stalled with a full socket", async () => {
    stall();
    for (const id of range(1, 30)) ana.bus.publish(large(id));
    await ana.close();
    ana.bus.publish(numbered(1));
    expect(ana.listener.received, "what the sender has heard").to.have.length(31);
    expect(ana.bus.isConnected).to.equal(false);
  });

  it("the bus sends everything that was published before its close", async () => {
    for (const id of range(1, 8)) bob.bus.publish(large(id));
    bob.bus.publish(numbered(1));
    await bob.close();
    await ana.listener.number(1);
    expect(ana.listener.received).to.have.length(9);
  });

  it("the bus closes at once while NATS is unavailable, and does not reconnect", async () => {
    await server.stop();
    await ana.disconnected();
    await ana.close();
    await ana.close();
    const { connections } = proxy;
    await server.start();
    await bob.connected();
    expect(proxy.connections).to.equal(connections);
    expect(ana.notices.at(-1)?.message).to.match(/is lost|cannot be reached/);
  });

  it("a bus that is closed at any moment while it opens leaves no connection open", async () => {
    await ana.close();
    for (const turns of range(0, 40)) {
      const node = new NatsNode(`nats://${proxy.address}`);
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await node.close();
      expect(node.bus.isConnected).to.equal(false);
    }
    const client = await NatsNode.following(logId, `nats://${proxy.address}`);
    expect(proxy.links, "connections through the proxy").to.have.length(1);
    await client.close();
  });

  describe("with a ping every second", () => {
    before(() => {
      pingIntervalMs = 1_000;
    });
    after(() => {
      pingIntervalMs = undefined;
    });

    it("the bus drops what a stalled connection does not accept, and reconnects", async () => {
      stall();
      for (const id of range(1, 100)) ana.bus.publish(large(id));
      expect(ana.listener.received, "what the sender has heard").to.have.length(100);
      expect(ana.bus.counts.publishedBytes).to.be.within(8 * MIB - MIB, 8 * MIB + MIB);
      expect(ana.bus.counts.dropped).to.equal(100 - ana.bus.counts.published);
      const { level } = await ana.says(/does not take notifications as fast as they come/);
      expect(level).to.equal("warn");
      expect((await ana.says(/is lost/)).message).to.include("it no longer answers");
      await ana.connected();
      await expectBothWaysInTheEnd();
    });

    it("the bus detects a dead connection by pings, and reconnects", async () => {
      for (const link of proxy.links) link.forget("server");
      expect((await ana.says(/is lost/)).message).to.include("it no longer answers");
      await ana.connected();
      await expectBothWaysInTheEnd();
    });

    it("the bus recovers from a NATS server that is paused with its connections open", async () => {
      await server.freeze();
      try {
        for (const node of [ana, bob]) await node.disconnected();
        // The operating system still accepts connections for the paused server.
        await ana.says(/cannot be reached/);
      } finally {
        await server.thaw();
      }
      for (const node of [ana, bob]) await node.connected();
      await expectBothWaysInTheEnd();
    });
  });

  describe("with a server that sends nothing", () => {
    let silent: net.Server;
    let taken: net.Socket[];
    beforeEach(async () => {
      taken = [];
      silent = net.createServer((socket) => {
        taken.push(socket);
        socket.on("error", () => {});
        socket.resume();
      });
      silent.listen(0, "127.0.0.1");
      await once(silent, "listening");
    });
    afterEach(async () => {
      for (const socket of taken) socket.destroy();
      silent.close();
      await once(silent, "close");
    });
    const address = () => `nats://127.0.0.1:${(silent.address() as net.AddressInfo).port}`;
    const connection = async () => {
      if (taken.length === 0) await within(once(silent, "connection"), "a connection");
      return taken.pop() as net.Socket;
    };

    it("an attempt to connect to a silent server times out, and leaves no connection open", async () => {
      const node = new NatsNode(address());
      for (const _ of range(1, 2)) {
        const socket = await connection();
        await within(once(socket, "close"), "the end of the connection");
      }
      expect(node.notices[0]?.message).to.include("cannot be reached");
      expect(node.bus.isConnected).to.equal(false);
    });

    it("a bus that is closed while it connects to a silent server leaves no connection open", async () => {
      const node = new NatsNode(address());
      const socket = await connection();
      const ended = once(socket, "close");
      const before = [...node.notices];
      expect(await isSettled(node.close())).to.equal(true);
      await within(ended, "the end of the connection");
      expect(node.notices).to.deep.equal(before);
    });

    it("the bus tries another server after a silent one", async () => {
      await NatsNode.following(logId, `${address()},nats://127.0.0.1:${server.port}`);
    });
  });
});
