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
