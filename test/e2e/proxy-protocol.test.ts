import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import { sendAll } from "../support/commands.ts";
import { expectFailed } from "../support/expect.ts";
import { fromV4, fromV6, LOCAL, MALFORMED } from "../support/proxyHeader.ts";
import { differsOnBun } from "../support/runtime.ts";
import { type Person, useServer } from "../support/server.ts";
import { type Connection, failure } from "../support/wire.ts";

const { cert, key } = makeCertificate();

/**
 * The server's clock. It stands still, because the first wait after failed sign-ins is one second: a slow test would
 * outlast it.
 */
const NOW = Date.now();
const clock = () => NOW;

/** Fails to sign in until the server makes the client wait. */
async function lockOut(wire: Connection, { username }: Person): Promise<void> {
  for (let i = 0; i < 5; i++) {
    expectFailed(await failure(wire.login(username, "a wrong password")), "UNAUTHENTICATED", "BAD_CREDENTIALS");
  }
  await expectLockedOut(wire, username);
}

async function expectLockedOut(wire: Connection, username: string): Promise<void> {
  expectFailed(await failure(wire.login(username, "a wrong password")), "RESOURCE_EXHAUSTED", "TOO_MANY_ATTEMPTS");
}

for (const [way, tls, ca] of [
  ["", {}, {}],
  [", over TLS", { tls: { cert, key } }, { ca: cert }],
] as const) {
  describe(`A server behind a proxy that sends client addresses${way}`, function () {
    this.timeout(60_000);
    before(function () {
      if (way !== "") differsOnBun(this, 2);
    });
    const server = useServer({ proxyProtocol: true, clock, ...tls });
    const passOn = (header: Buffer) => server.connect({ ...ca, header });

    it("failed sign-ins count by the address in the proxy's header, an IPv6 address by its /64", async () => {
      const wire = await server.connect({ ...ca });
      await wire.register("ana", "a good password");
      const ana = { username: "ana", password: "a good password", token: "" };
      await lockOut(await passOn(fromV4("192.0.2.1")), ana);
      await expectLockedOut(await passOn(fromV4("192.0.2.1")), "ana");
      const other = await passOn(fromV4("192.0.2.2"));
      expect((await other.login("ana", ana.password)).username).to.equal("ana");

      await lockOut(await passOn(fromV6("20010db8000000010000000000000001")), ana);
      await expectLockedOut(await passOn(fromV6("20010db8000000010000000000000002")), "ana");
      const distant = await passOn(fromV6("20010db8000000020000000000000001"));
      expect((await distant.login("ana", ana.password)).username).to.equal("ana");
    });

    it("a client without a proxy, and the proxy itself (LOCAL), count by their own address", async () => {
      const wire = await passOn(LOCAL);
      await wire.register("budi", "a good password");
      await lockOut(wire, { username: "budi", password: "", token: "" });
      await expectLockedOut(await server.connect({ ...ca }), "budi");
    });

    it("streams behind a proxy work as without one", async () => {
      const wire = await passOn(fromV4("192.0.2.3"));
      const { token } = await wire.register("cici", "a good password");
      const chat = wire.chat(token);
      for (let i = 0; i < 50; i++) chat.send(sendAll("x".repeat(4000)), `${i}`);
      await chat.reply("49");
      await chat.next("message", ({ id }) => id === 50n);
    });
  });
}

describe("A server behind a proxy that sends a malformed header", function () {
  this.timeout(60_000);
  const server = useServer({ proxyProtocol: true });
  for (const [what, header] of Object.entries(MALFORMED)) {
    it(`a malformed header (${what}) ends its connection, and others are served`, async () => {
      expect(await server.connect({ header }).catch((error: Error) => error)).to.be.an("error");
      await server.person("ana");
    });
  }
});

describe("A server without --proxy-protocol", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a server without the setting serves no connection that begins with the header", async () => {
    const called = server
      .connect({ header: fromV4("192.0.2.1") })
      .then((wire) => wire.register("ana", "a good password"));
    expect(await called.catch((error: Error) => error)).to.be.an("error");
  });
});
