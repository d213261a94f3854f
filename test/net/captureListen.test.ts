import { once } from "node:events";
import net, { type Server } from "node:net";
import { expect } from "chai";
import { captureListen } from "../../src/server/net/captureListen.ts";

describe("captureListen", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Starts a server a few turns of the event loop later. Returns it, and the servers that were captured meanwhile. */
  async function listen(): Promise<{ server: Server; captured: Server[] }> {
    const server = net.createServer();
    servers.push(server);
    const captured: Server[] = [];
    const start = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    };
    await captureListen(start, (what) => captured.push(what.server));
    return { server, captured };
  }

  it("captureListen reports only the server that its own call starts", async () => {
    for (const { server, captured } of await Promise.all([listen(), listen(), listen()])) {
      expect(captured).to.have.length(1);
      expect(captured[0]).to.equal(server);
    }
  });

  it("captureListen leaves the method as it was, also after an error", async () => {
    const { listen: original } = net.Server.prototype;
    await Promise.all([listen(), listen()]);
    expect(net.Server.prototype.listen).to.equal(original);
    const failure = await captureListen(
      () => Promise.reject(new Error("no")),
      () => {},
    ).catch((error) => error);
    expect(failure.message).to.equal("no");
    expect(net.Server.prototype.listen).to.equal(original);
  });

  it("a wrapper that another library puts around the method during a capture stays, and works", async () => {
    const { listen: original } = net.Server.prototype;
    const seen: string[] = [];
    try {
      await captureListen(
        async () => {
          const { listen: captured } = net.Server.prototype;
          net.Server.prototype.listen = function (this: Server, ...args: Parameters<typeof original>) {
            seen.push("library");
            return captured.apply(this, args);
          } as typeof original;
          await listen();
        },
        () => seen.push("outer"),
      );
      expect(seen).to.deep.equal(["library", "outer"]);
      await listen();
      expect(seen).to.deep.equal(["library", "outer", "library"]);
    } finally {
      net.Server.prototype.listen = original;
    }
  });

  for (const [form, args] of [
    ["options", [{ port: 0, host: "127.0.0.1" }]],
    ["a port and a host", [0, "127.0.0.1"]],
    ["a port alone", [0]],
  ] as const) {
    it(`captureListen can set the options of a call with ${form}, and leaves the caller's own alone`, async () => {
      const server = net.createServer();
      servers.push(server);
      const shown: object[] = [];
      const { promise: listening, resolve } = Promise.withResolvers<void>();
      const start = async () => {
        (server.listen as (...args: unknown[]) => Server)(...args, resolve);
        await listening;
      };
      await captureListen(start, ({ options }) => {
        shown.push({ ...options });
        options.backlog ??= 7;
      });
      expect(shown).to.have.length(1);
      expect(shown[0]).to.include({ port: 0 });
      expect(args[0]).to.not.have.property("backlog");
      expect((server.address() as net.AddressInfo).port).to.be.greaterThan(0);
    });
  }

  it("nested calls of captureListen both report the server", async () => {
    const captures: string[] = [];
    await captureListen(
      () =>
        captureListen(
          async () => void (await listen()),
          () => captures.push("inner"),
        ),
      () => captures.push("outer"),
    );
    expect(captures).to.have.members(["inner", "outer"]);
  });
});
