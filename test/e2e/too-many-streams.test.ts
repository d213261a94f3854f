import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import { sendAll } from "../support/commands.ts";
import { Code } from "../support/ending.ts";
import { openTooMany } from "../support/rawClient.ts";
import { useServer } from "../support/server.ts";

describeBothWays("300 streams on one connection", function () {
  this.timeout(60_000);
  const server = useServer();

  it("the server takes 100 of 300 streams on one connection; the others wait for their turn", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    expect(wire.session.remoteSettings.maxConcurrentStreams).to.equal(100);
    const streams = Array.from({ length: 300 }, () => wire.chat(ana.token));
    await Promise.all(streams.slice(0, 100).map((chat) => chat.next("welcome")));
    expect(server.chatServer.stats().streams).to.equal(100);
    const bob = await server.person("bob");
    await (await server.enter(bob)).accept(sendAll("hello"));

    for (const chat of streams) {
      chat.halfClose();
      expect((await chat.end()).code).to.equal(Code.OK);
      expect(chat.kinds).to.deep.equal(["welcome"]);
    }
  });

  it("streams beyond the limit of a client that ignores it are refused, and no other client notices", async () => {
    const ana = await server.person("ana");
    const { streams } = server.chatServer.stats();
    const refused = await openTooMany(server.port, ana.token, 300);
    expect(refused).to.be.at.least(200);
    expect(server.chatServer.stats().streams).to.be.at.most(streams + 100);
    await (await server.enter(await server.person("bob"))).accept(sendAll("hello"));
  });
});
