import { createServer, type Socket } from "node:net";
import { expect } from "chai";
import { ChatError, connect, Status } from "../../src/client/index.ts";
import { makeCertificate } from "../support/certificate.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { useFreshServer, useServer } from "../support/server.ts";

async function failure(call: Promise<unknown>): Promise<ChatError> {
  const error = await call.then(
    () => new Error("the call was expected to fail, but it succeeded"),
    (error: Error) => error,
  );
  if (error instanceof ChatError) return error;
  throw error;
}

describe("ChatClient", () => {
  const server = useServer();

  function use<T>(action: (client: ReturnType<typeof connect>) => Promise<T>): Promise<T> {
    const client = connect({ address: `127.0.0.1:${server.port}` });
    return action(client).finally(() => client.close());
  }

  it("a client registers, logs in, lists who is online and logs out", async () => {
    await use(async (client) => {
      const session = await client.register("Dewi", "correct horse");
      expect(session.username).to.equal("dewi");
      expect(session.expiresAt.getTime()).to.be.greaterThan(Date.now());
      const again = await client.login("dewi", "correct horse");
      expect(again.token).not.to.equal(session.token);
      expect(await client.list(again.token)).to.deep.include({ users: [], totalSize: 0 });
      await client.logout(again.token, { everywhere: true });
      expect(await failure(client.list(session.token))).to.include({ reason: "SESSION_INVALID" });
    });
  });

  it("the error of a failed call has the status and the reason, and its message is a sentence", async () => {
    await use(async (client) => {
      const error = await failure(client.login("nobody", "correct horse"));
      expect(error).to.include({ name: "ChatError", code: Status.UNAUTHENTICATED, reason: "BAD_CREDENTIALS" });
      expect(error.message).to.match(/^[A-Z].*\.$/);
      expect(error.retryAfterMs).to.equal(undefined);
    });
  });

  it("the error of a call with an invalid argument names the field", async () => {
    await use(async (client) => {
      const error = await failure(client.register("no spaces please", "correct horse"));
      expect(error).to.include({ code: Status.INVALID_ARGUMENT, reason: "USERNAME_INVALID" });
      expect(error.fields.map(({ field }) => field)).to.deep.equal(["username"]);
    });
  });

  it("the error of a throttled login says how long to wait", async () => {
    await use(async (client) => {
      const { username } = await server.person("locked");
      let error = await failure(client.login(username, "wrong password"));
      while (error.reason === "BAD_CREDENTIALS") error = await failure(client.login(username, "wrong password"));
      expect(error).to.include({ code: Status.RESOURCE_EXHAUSTED, reason: "TOO_MANY_ATTEMPTS" });
      expect(error.retryAfterMs).to.be.within(1, 15 * 60_000);
    });
  });

  it("the error of a call has no reason if no server was reached", async () => {
    const client = connect({ address: "127.0.0.1:1" });
    expect(await failure(client.login("ani", "correct horse"))).to.include({
      code: Status.UNAVAILABLE,
      reason: undefined,
    });
    client.close();
  });

  it("a call to a server that never answers ends at its timeout, and at once if its signal is aborted", async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await new Promise((resolve) => mute.once("listening", resolve));
    const { port } = mute.address() as { port: number };
    const client = connect({ address: `127.0.0.1:${port}`, timeoutMs: 50 });
    expect((await failure(client.login("ani", "correct horse"))).code).to.be.oneOf([
      Status.DEADLINE_EXCEEDED,
      Status.UNAVAILABLE,
    ]);
    const signal = AbortSignal.abort();
    expect((await failure(client.login("ani", "correct horse", { signal }))).code).to.equal(Status.CANCELLED);
    client.close();
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it("enter() throws for options that cannot be sent", async () => {
    await use(async (client) => {
      expect(() => client.enter({ token: "t", resumeAfter: -1n })).to.throw("resumeAfter is -1");
      expect(() => client.enter({ token: "t", recent: 1.5 })).to.throw("recent is 1.5");
      expect(() => client.enter({ token: "t", maxPending: 0 })).to.throw("maxPending is 0");
    });
  });
});

describe("ChatClient over TLS", () => {
  const certificate = makeCertificate();
  const server = useFreshServer({ tls: certificate });

  it("a client connects to a server whose certificate it was given", async () => {
    const client = connect({ address: `127.0.0.1:${server.port}`, ca: certificate.cert });
    expect((await client.register("ani", "correct horse")).username).to.equal("ani");
    client.close();
  });

  it("a client does not connect to an address that the certificate does not name", async () => {
    const network = await Network.start(server.port, "127.0.0.2");
    const client = connect({ address: network.address, ca: certificate.cert });
    const error = await failure(client.register("ani", "correct horse"));
    expect(error.message).to.match(/^The certificate of 127\.0\.0\.2:\d+ is for another name than 127\.0\.0\.2 \(/);
    expect(String((error.cause as Error).message)).to.contain("does not match certificate's altnames");
    client.close();
    await network.close();
  });

  it("a client does not trust a certificate that it was not given", async () => {
    const client = connect({ address: `127.0.0.1:${server.port}`, ca: makeCertificate().cert });
    expect((await failure(client.register("ani", "correct horse"))).code).to.equal(Status.UNAVAILABLE);
    client.close();
  });
});
