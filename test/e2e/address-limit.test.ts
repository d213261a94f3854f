import { once } from "node:events";
import net from "node:net";
import { expect } from "chai";
import { ChatError, connect } from "../../src/client/index.ts";
import { makeCertificate } from "../support/certificate.ts";
import { join, sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { expectFailed } from "../support/expect.ts";
import { fromV4, fromV6 } from "../support/proxyHeader.ts";
import { floodFrom } from "../support/rawClient.ts";
import { differsOnBun } from "../support/runtime.ts";
import { useServer } from "../support/server.ts";
import { type Connection, failure } from "../support/wire.ts";

const PASSWORD = "a good password";
const ENHANCE_YOUR_CALM = 11;
const { cert, key } = makeCertificate();

for (const [way, tls, ca] of [
  ["", {}, {}],
  [", over TLS", { tls: { cert, key } }, { ca: cert }],
] as const) {
  describe(`The connections of one address${way}`, function () {
    this.timeout(60_000);
    before(function () {
      if (way !== "") differsOnBun(this, 2);
    });
    const server = useServer({ proxyProtocol: true, maxConnectionsPerAddress: 2, ...tls });
    const from = (header: Buffer) => server.connect({ ...ca, header });
    beforeEach(() => server.stayOnOneNode());
    afterEach(() => server.disconnect());

    /** Registers a user from this machine. */
    async function person(username: string): Promise<{ token: string }> {
      return (await server.connect({ ...ca })).register(username, PASSWORD);
    }

    /** Waits until a client of an address is served, because others have left. */
    async function untilServed(header: Buffer, token: string): Promise<void> {
      const look = async (): Promise<void> => {
        const wire = await from(header);
        await wire.list(token).catch(look);
      };
      await within(look(), "a client to be served");
    }

    it("the first call beyond the limit is TOO_MANY_CONNECTIONS, and its connection is closed", async () => {
      const { token } = await person("ana");
      const address = fromV4("192.0.2.1");
      const [first, second] = [await from(address), await from(address)];
      await first.list(token);
      const third = await from(address);
      const goaway = once(third.session, "goaway");
      const closed = new Promise((resolve) => third.session.on("close", resolve));
      const ending = await failure(third.list(token));
      expectFailed(ending, "RESOURCE_EXHAUSTED", "TOO_MANY_CONNECTIONS");
      expect(ending.details?.retryAfterMs).to.equal(5_000);
      expect((await within(goaway, "the GOAWAY"))[0]).to.equal(ENHANCE_YOUR_CALM);
      await within(closed, "the end of the connection");
      for (const wire of [first, second, await from(fromV4("192.0.2.2"))]) await wire.list(token);
      first.close();
      await untilServed(address, token);
    });

    it("a Chat beyond the limit is refused before its welcome", async () => {
      const { token } = await person("budi");
      const address = fromV6("20010db8000000010000000000000001");
      for (let i = 0; i < 2; i++) await from(address);
      const chat = (await from(fromV6("20010db8000000010000000000000002"))).chat(token);
      chat.send(join());
      expectFailed(await chat.end(), "RESOURCE_EXHAUSTED", "TOO_MANY_CONNECTIONS");
      expect(chat.kinds).to.deep.equal([]);
    });

    it("connections of this machine are not counted", async () => {
      const { token } = await person("cici");
      for (let i = 0; i < 5; i++) await (await server.connect({ ...ca })).list(token);
    });
  });
}

describe("A client of the library beyond the limit of its address", function () {
  this.timeout(60_000);
  const server = useServer({ proxyProtocol: true, maxConnectionsPerAddress: 1 });
  let proxy: net.Server;
  before(async () => {
    server.stayOnOneNode();
    proxy = net.createServer((client) => {
      const socket = net.connect(server.port, "127.0.0.1");
      socket.write(fromV4("192.0.2.9"));
      for (const each of [client, socket]) each.on("error", () => {});
      client.pipe(socket).pipe(client);
      client.on("close", () => socket.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
  });
  after(() => proxy.close());

  it("a call throws the reason and the wait, and a room comes in when the other client has left", async () => {
    const { token } = await server.person("ana");
    const address = `127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
    const other: Connection = await server.connect({ header: fromV4("192.0.2.9") });
    await other.list(token);
    const client = connect({ address });
    try {
      const error = await client.list(token).catch((thrown) => thrown);
      expect(error).to.be.instanceOf(ChatError);
      expect(error).to.include({ reason: "TOO_MANY_CONNECTIONS", retryAfterMs: 5_000 });
      expect(error.message).to.match(/^Your address has as many connections to this server as it allows\./);
      const room = client.enter({ token, backoff: { maxMs: 1 } });
      const events = room[Symbol.asyncIterator]();
      const { value: event } = await within(events.next(), "the refusal");
      if (event?.kind !== "disconnected") throw new Error(`the room began with ${event?.kind}`);
      expect(event.cause).to.include({ reason: "TOO_MANY_CONNECTIONS", retryAfterMs: 5_000 });
      expect(event.willRetryInMs).to.be.at.least(5_000);
      other.close();
      expect(await within(room.sendAll("hello"), "the message")).to.include({ kind: "accepted" });
    } finally {
      client.close();
    }
  });
});

describe("An address that floods", function () {
  this.timeout(60_000);
  const server = useServer({ proxyProtocol: true });
  beforeEach(() => server.stayOnOneNode());
  afterEach(() => server.disconnect());

  it("floods are cut off, then new connections of the address are closed at once, and others are served", async () => {
    const { token } = await server.person("ana");
    const address = fromV4("192.0.2.1");
    const before = await server.connect({ header: address });
    // Two more than it takes, because time forgives some.
    await floodFrom(server.port, address, 12);
    const refused = await server.connect({ header: address }).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(Error);
    const { abusers, overAddress } = server.chatServer.connections();
    expect(abusers).to.be.at.least(1);
    expect(overAddress).to.equal(0);
    await (await server.connect({ header: fromV4("192.0.2.2") })).list(token);
    const chat = before.chat(token);
    await chat.accept(sendAll("an open connection stays"));
  });
});
