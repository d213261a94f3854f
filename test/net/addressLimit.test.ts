import { EventEmitter } from "node:events";
import type { Server, Socket } from "node:net";
import { expect } from "chai";
import { AddressLimit } from "../../src/server/net/addressLimit.ts";
import { rateLimitKey } from "../../src/server/rpc/rateLimitKey.ts";
import { type ManualStopwatch, manualStopwatch } from "../support/stopwatch.ts";

/** A connection from an address, without a network. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  readonly remotePort: number;

  constructor(remoteAddress: string, remotePort: number) {
    super();
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  destroy(): void {
    this.emit("close");
  }
}

describe("AddressLimit", () => {
  let stopwatch: ManualStopwatch;
  let lines: object[];
  let passed: unknown[];
  let server: EventEmitter;
  let limit: AddressLimit;
  let port: number;

  function start(max: number): void {
    stopwatch = manualStopwatch();
    [lines, passed, port] = [[], [], 1];
    server = new EventEmitter();
    server.on("connection", (socket) => passed.push(socket));
    const logger = { info: (facts: object) => lines.push(facts) };
    limit = new AddressLimit({ max, clientOf: (peer) => peer, keyOf: rateLimitKey, logger, stopwatch });
    limit.attach(server as Server);
  }

  function connect(address: string): { socket: FakeSocket; outcome: "admitted" | "answered" | "closed" } {
    const socket = new FakeSocket(address, port++);
    server.emit("connection", socket);
    if (!passed.includes(socket)) return { socket, outcome: "closed" };
    return { socket, outcome: limit.isOver(socket as unknown as Socket) ? "answered" : "admitted" };
  }

  const outcomes = (address: string, count: number) => Array.from({ length: count }, () => connect(address).outcome);

  /** Closes connections of an address for abuse. */
  function abuse(address: string, count: number): void {
    for (let i = 0; i < count; i++) limit.abuseOf({ remoteAddress: address, remotePort: 1 })();
  }

  afterEach(() => {
    for (const socket of passed) (socket as FakeSocket).destroy();
  });

  it("connections of one address up to the limit are admitted, and another address has its own count", () => {
    start(2);
    expect(outcomes("192.0.2.1", 3)).to.deep.equal(["admitted", "admitted", "answered"]);
    expect(outcomes("192.0.2.2", 1)).to.deep.equal(["admitted"]);
    expect(limit.refused).to.equal(1);
    expect(lines).to.deep.equal([{ address: "192.0.2.1", maxConnectionsPerAddress: 2, sinceLastLine: 0 }]);
  });

  it("IPv6 addresses count by their /64, and an IPv4-mapped one as IPv4", () => {
    start(1);
    expect(connect("2001:db8:0:1::1").outcome).to.equal("admitted");
    expect(connect("2001:db8:0:1:ffff::2").outcome).to.equal("answered");
    expect(connect("2001:db8:0:2::1").outcome).to.equal("admitted");
    expect(connect("192.0.2.1").outcome).to.equal("admitted");
    expect(connect("::ffff:192.0.2.1").outcome).to.equal("answered");
  });

  it("a connection that ends makes room for another, and a refused one that ends does not", () => {
    start(1);
    const { socket } = connect("192.0.2.1");
    connect("192.0.2.1").socket.destroy();
    expect(connect("192.0.2.1").outcome).to.equal("answered");
    socket.destroy();
    expect(connect("192.0.2.1").outcome).to.equal("admitted");
  });

  it("loopback addresses are not counted", () => {
    start(1);
    for (const address of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]) {
      abuse(address, 100);
      expect(outcomes(address, 5), address).to.deep.equal(Array(5).fill("admitted"));
    }
  });

  it("a limit of 0 is no limit", () => {
    start(0);
    expect(outcomes("192.0.2.1", 300)).to.deep.equal(Array(300).fill("admitted"));
  });

  it("64 refused connections may wait for their answer, and further ones are closed at once", () => {
    start(1);
    connect("192.0.2.1");
    expect(outcomes("192.0.2.1", 64)).to.deep.equal(Array(64).fill("answered"));
    expect(connect("192.0.2.1").outcome).to.equal("closed");
    expect(connect("192.0.2.2").outcome).to.equal("admitted");
    (passed[1] as FakeSocket).destroy();
    expect(connect("192.0.2.1").outcome).to.equal("answered");
  });

  it("after ten connections closed for abuse, new ones of the address are closed at once, and one more every 10 s", () => {
    start(0);
    abuse("192.0.2.1", 9);
    expect(connect("192.0.2.1").outcome).to.equal("admitted");
    abuse("192.0.2.1", 1);
    expect(outcomes("192.0.2.1", 2)).to.deep.equal(["closed", "closed"]);
    expect(connect("192.0.2.2").outcome).to.equal("admitted");
    expect(limit.refusedForAbuse).to.equal(2);
    expect(lines).to.deep.equal([{ address: "192.0.2.1", sinceLastLine: 0 }]);
    stopwatch.advance(10_001);
    expect(connect("192.0.2.1").outcome).to.equal("admitted");
    abuse("192.0.2.1", 1);
    expect(connect("192.0.2.1").outcome).to.equal("closed");
  });

  it("an address is refused for at most 100 s after its last abuse", () => {
    start(0);
    abuse("192.0.2.1", 10_000);
    stopwatch.advance(99_000);
    expect(connect("192.0.2.1").outcome).to.equal("closed");
    stopwatch.advance(2_000);
    expect(connect("192.0.2.1").outcome).to.equal("admitted");
  });

  it("the abuse of 1,024 addresses is remembered, and the oldest is forgotten first", () => {
    start(0);
    const address = (i: number) => `10.0.${i >> 8}.${i & 255}`;
    for (let i = 0; i < 1_024; i++) abuse(address(i), 10);
    expect(connect(address(0)).outcome).to.equal("closed");
    abuse(address(2_000), 10);
    expect([0, 1, 2_000].map((i) => connect(address(i)).outcome)).to.deep.equal(["admitted", "closed", "closed"]);
  });
});
