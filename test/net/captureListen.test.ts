import { once } from "node:events";
import net, { type Server } from "node:net";
import { expect } from "chai";
import { captureListen } from "../../src/server/net/captureListen.ts";

describe("Whoever looks at what listens", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Listens a few turns later, and returns what was shown meanwhile. */
  async function listen(): Promise<{ server: Server; shown: Server[] }> {
    const server = net.createServer();
    servers.push(server);
    const shown: Server[] = [];
    const start = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    };
    await captureListen(start, (what) => shown.push(what.server));
    return { server, shown };
  }

  it("is shown that one alone, though others begin to listen at the same time", async () => {
    for (const { server, shown } of await Promise.all([listen(), listen(), listen()])) {
      expect(shown).to.have.length(1);
      expect(shown[0]).to.equal(server);
    }
  });

  it("is shown it also where somebody else looks at it", async () => {
    const looks: string[] = [];
    await captureListen(
      () =>
        captureListen(
          async () => void (await listen()),
          () => looks.push("inner"),
        ),
      () => looks.push("outer"),
    );
    expect(looks).to.have.members(["inner", "outer"]);
  });
});
