import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { useServer } from "../support/server.ts";
import { isCaughtUp, ofKind, says, texts, until } from "./take.ts";

describe("a room whose server is started again", () => {
  const server = useServer();

  it("hears the goodbye, comes back by itself, and misses nothing", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const proxy = await Network.start(server.port);
    const client = connect({ address: proxy.address });
    const room = client.enter({ token: ani.token, backoff: { firstMs: 1, maxMs: 20 } });
    try {
      await until(room, "the end of the replay", isCaughtUp);
      await server.restart();
      proxy.pointTo(server.port);
      const talker = await server.enter(budi);
      await talker.accept({ $case: "sendAll", value: { text: "back again" } });
      const events = await until(room, "the message", says("back again"));
      expect(ofKind(events, "goodbye")[0]).to.include({ reason: "SHUTTING_DOWN", reconnect: true });
      expect(texts(events)).to.deep.equal(["back again"]);
    } finally {
      room.abort();
      client.close();
      await proxy.close();
    }
  });
});
