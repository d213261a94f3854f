import { expect } from "chai";
import { KEEPALIVE } from "../../src/server/grpcServer.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import type { Ending } from "../support/ending.ts";
import { expectFailed, expectGoodbye } from "../support/expect.ts";
import type { Person } from "../support/server.ts";
import { Connection, failure } from "../support/wire.ts";
import { Balancer, needsHaproxy } from "./balancer.ts";
import { type Node, Nodes } from "./nodes.ts";

/** A user in the room, connected through the proxy. */
interface Guest {
  readonly wire: Connection;
  readonly chat: ChatStream;
}

/** The clock of the nodes stands still, because a slow test would outlast the wait of 1 s after failed sign-ins. */
const NOW = Date.now();
const clock = () => NOW;

describe("The proxy in front of three nodes (deploy/haproxy.cfg)", function () {
  this.timeout(60_000);
  let nodes: Nodes;
  let balancer: Balancer;
  let ana: Person;
  const connections: Connection[] = [];

  before(function () {
    needsHaproxy(this);
  });
  beforeEach(async () => {
    nodes = await Nodes.start({ clock });
    balancer = await Balancer.start(nodes.addresses);
    ana = await nodes.owner.person("ana");
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await balancer?.close();
    await nodes?.close();
  });

  async function connect(from?: string): Promise<Connection> {
    const connection = await Connection.open({ port: balancer.port, ...(from && { from }) });
    connections.push(connection);
    return connection;
  }

  async function enter(): Promise<Guest> {
    const wire = await connect();
    const chat = wire.chat(ana.token);
    chat.send(join());
    await chat.next("caughtUp");
    return { wire, chat };
  }

  /** A guest on each node, in the order in which the proxy chose the nodes. */
  async function enterEach(): Promise<(Guest & { node: Node })[]> {
    const guests: (Guest & { node: Node })[] = [];
    for (const _ of nodes.all) {
      const before = nodes.streams;
      const guest = await enter();
      const node = nodes.all[nodes.streams.findIndex((count, i) => count > (before[i] ?? 0))] as Node;
      guests.push({ ...guest, node });
    }
    return guests;
  }

  /** Waits until the nodes have `wanted` streams. The calls in between give a node time to notice a lost stream. */
  async function untilStreams(wanted: readonly number[]): Promise<void> {
    const look = async () => {
      while (nodes.streams.join() !== wanted.join()) for (const { server } of nodes.all) await server.online(ana);
    };
    await within(look(), () => `streams to be ${wanted}; they are ${nodes.streams}`);
  }

  /** Calls List `times` times, each time on a new connection. */
  async function call(times: number): Promise<void> {
    for (let i = 0; i < times; i++) await (await connect()).list(ana.token);
  }

  const nameOf = (node: Node) => `node${nodes.all.indexOf(node) + 1}`;

  it("the proxy passes calls, and streams in both directions until the client ends its side", async () => {
    const wire = await connect();
    const { token } = await wire.register("budi", "a good password");
    const budi = wire.chat(token);
    budi.send(join());
    const { chat: anas } = await enter();
    await budi.accept(sendAll("Halo semua!"));
    expect(await anas.next("message")).to.include({ sender: "budi", text: "Halo semua!" });
    expect((await wire.list(token)).users.map(({ username }) => username)).to.have.members([ana.username, "budi"]);
    budi.halfClose();
    expect(await budi.end()).to.include({ code: 0 });
    await wire.logout(token);
  });

  it("the proxy sends a new connection to the node with the fewest, and ends those of lost clients", async () => {
    const guests = [...(await enterEach()), ...(await enterEach())];
    expect(nodes.streams).to.deep.equal([2, 2, 2]);
    const { node: emptied } = guests[0] as { node: Node };
    for (const { node, wire } of guests) if (node === emptied) wire.cut();
    await untilStreams(nodes.all.map((node) => (node === emptied ? 0 : 2)));
    await enter();
    await enter();
    expect(nodes.streams).to.deep.equal([2, 2, 2]);
  });

  it("the proxy passes much data in both directions beside unread streams on the same connection", async () => {
    const { wire, chat } = await enter();
    for (let i = 0; i < 500; i++) chat.send(sendAll("x".repeat(4000)), `${i}`);
    await chat.reply("499");
    for (let i = 0; i < 3; i++) wire.chat(ana.token, { reading: false }).send(join({ resumeAfter: 0n }));
    await untilStreams(nodes.streams.map((count) => (count > 0 ? 4 : 0)));
    await chat.accept(sendAll("hello"));
    await (await enter()).chat.accept(sendAll("hello"));
  });

  it("the proxy's timeouts for a silent stream exceed twice the interval and timeout of a node's pings", async () => {
    await enter();
    const [session = ""] = /frontend=room .*?(?=\n0x|$)/s.exec(await balancer.order("show sess all")) ?? [];
    const limits = [...session.matchAll(/\b[rw]ex=(\d+m)?(\d+s)?/g)].filter(
      ([, minutes, seconds]) => minutes ?? seconds,
    );
    expect(limits, session).to.have.length.greaterThan(0);
    for (const [, minutes = "0", seconds = "0"] of limits) {
      const ms = 60_000 * Number.parseInt(minutes, 10) + 1_000 * Number.parseInt(seconds, 10);
      expect(ms, session).to.be.greaterThan(2 * (KEEPALIVE.timeMs + KEEPALIVE.timeoutMs));
    }
  });

  it("the proxy sends no new connection to a node that is not serving, until the node serves again", async () => {
    const [{ node, chat }] = (await enterEach()) as [Guest & { node: Node }];
    node.gate.shut();
    const requestId = chat.send(sendAll("just in time"));
    await node.gate.entered();
    const stopped = node.server.stop();
    await balancer.says(new RegExp(`Server nodes/${nameOf(node)} is DOWN, reason: Layer7 invalid response`));
    await call(12);
    for (let i = 0; i < 3; i++) await enter();
    node.gate.open();
    expect((await chat.reply(requestId)).event?.$case).to.equal("accepted");
    await expectGoodbye(chat, { reason: "SHUTTING_DOWN", reconnect: true, code: "UNAVAILABLE" });
    await stopped;

    await node.server.restart();
    node.network.pointTo(node.server.port);
    await balancer.says(new RegExp(`Server nodes/${nameOf(node)} is UP`));
    await enter();
    expect(node.server.chatServer.stats().streams).to.equal(1);
  });

  it("the proxy ends the connections of a dead node, and sends new ones to the others at once", async () => {
    const [{ node, chat }, { chat: other }] = (await enterEach()) as [Guest & { node: Node }, Guest];
    await node.network.close();
    await within(chat.ended, "the end of the stream");
    await call(12);
    for (let i = 0; i < 3; i++) await enter();
    await other.accept(sendAll("still here"));
  });

  it("the proxy refuses connections while no node is serving, and recovers without help", async () => {
    for (const { network } of nodes.all) network.forbid();
    await balancer.says(/backend '?nodes'? has no server available/);
    const refused = await connect().catch((error: Error) => error);
    expect(refused).to.be.an("error");
    for (const { network } of nodes.all) network.allow();
    await balancer.says(/Server nodes\/node\d is UP/);
    await call(1);
  });

  it("the proxy passes on client addresses: a client that guesses passwords delays no other client", async () => {
    const tried = async (from: string, password: string) => {
      const wire = await connect(from);
      return wire.login(ana.username, password);
    };
    const guesses: Ending[] = [];
    for (let i = 0; i < 10; i++) guesses.push(await failure(tried("127.0.0.2", "a wrong password")));
    for (const guess of guesses.slice(-5)) expectFailed(guess, "RESOURCE_EXHAUSTED", "TOO_MANY_ATTEMPTS");
    expect((await tried("127.0.0.3", ana.password)).username).to.equal(ana.username);
  });

  it("an operator can make the proxy send no new connection to a node", async () => {
    const [{ node, chat }] = (await enterEach()) as [Guest & { node: Node }];
    expect(await balancer.order(`set server nodes/${nameOf(node)} state drain`)).to.equal("");
    for (let i = 0; i < 4; i++) await enter();
    expect(node.server.chatServer.stats().streams).to.equal(1);
    await chat.accept(sendAll("still here"));
    expect(await balancer.order(`set server nodes/${nameOf(node)} state ready`)).to.equal("");
    await enter();
    await enter();
    expect(node.server.chatServer.stats().streams).to.equal(3);
  });

  it("the proxy keeps its open connections after SIGUSR1, with which another process takes over from it", async () => {
    const { chat } = await enter();
    balancer.signal("SIGUSR1");
    await balancer.says(/Proxy room stopped/);
    await chat.accept(sendAll("still here"));
  });
});
