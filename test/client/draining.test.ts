import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import { Gate, gated } from "../support/engines.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { TestServer } from "../support/server.ts";

describe("ChatClient and a draining server", () => {
  const gate = new Gate();
  const servers: TestServer[] = [];
  let network: Network | undefined;
  afterEach(async () => {
    gate.open();
    await network?.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it("a call that a draining server refuses is repeated on its successor", async () => {
    const old = await TestServer.start({
      wrap: (engines) => ({ ...engines, log: gated(engines.log, gate, "append") }),
    });
    servers.push(old);
    const successor = await TestServer.start();
    servers.push(successor);
    const front = await Network.start(old.port);
    network = front;
    const [client, talker] = [connect({ address: front.address }), connect({ address: `127.0.0.1:${old.port}` })];
    const { token } = await client.register("ana", "a good password");
    await successor.with((wire) => wire.register("ana", "a good password"));
    gate.shut();
    const room = talker.enter({ token });
    room.sendAll("this holds up the old server");
    await gate.entered();
    const stopped = old.stop();
    front.pointTo(successor.port);
    // The old server has sent its goodbye but keeps the connection: it refuses the call.
    const { username } = await client.login("ana", "a good password");
    expect(username).to.equal("ana");
    expect(front.connections, "connections").to.equal(2);
    room.abort();
    gate.open();
    await stopped;
    client.close();
    talker.close();
  });
});
