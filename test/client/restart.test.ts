import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { sendAll } from "../support/commands.ts";
import { Gate, gated, withPort } from "../support/engines.ts";
import { expectGoodbye } from "../support/expect.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { TestServer, useServer } from "../support/server.ts";
import { isCaughtUp, ofKind, says, takeUntil, texts } from "../support/takeEvents.ts";

describe("Room when its server restarts", () => {
  const server = useServer();

  it("a room gets the goodbye of a restarting server, reconnects, and misses nothing", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const proxy = await Network.start(server.port);
    const client = connect({ address: proxy.address });
    const room = client.enter({ token: ani.token, backoff: { firstMs: 1, maxMs: 20 } });
    try {
      await takeUntil(room, "the end of the replay", isCaughtUp);
      await server.restart();
      proxy.pointTo(server.port);
      const talker = await server.enter(budi);
      await talker.accept({ $case: "sendAll", value: { text: "back again", replyTo: 0n } });
      const events = await takeUntil(room, "the message", says("back again"));
      expect(ofKind(events, "goodbye")[0]).to.include({ reason: "SHUTTING_DOWN", reconnect: true });
      expect(texts(events)).to.deep.equal(["back again"]);
    } finally {
      room.abort();
      client.close();
      await proxy.close();
    }
  });
});

describe("Room when its store leaves an outcome unknown", () => {
  const server = useServer();

  it("a command with an unknown outcome is resent until the store knows it, and resolves only then", async () => {
    const [ani] = await server.people("ani");
    const { log } = server.engines;
    let appends = 0;
    const through = withPort(server.engines, "log", {
      append: async (batch, logId) => {
        appends += 1;
        if (appends === 2) throw new StoreUnavailable("the store is unavailable");
        const appended = await log.append(batch, logId);
        if (appends === 1) throw new OutcomeUnknown("the answer is lost");
        return appended;
      },
      find: async () => {
        throw new StoreUnavailable("the store is unavailable");
      },
    });
    const uncertain = await TestServer.start({ wrap: () => through });
    const client = connect({ address: `127.0.0.1:${uncertain.port}` });
    const room = client.enter({ token: ani.token, backoff: { firstMs: 1, maxMs: 20 } });
    try {
      await takeUntil(room, "the end of the replay", isCaughtUp);
      expect(await room.sendAll("hello")).to.include({ kind: "accepted", id: 1n, duplicate: true });
      expect(appends).to.equal(3);
    } finally {
      room.abort();
      client.close();
      await uncertain.close();
    }
  });
});

describe("Room when its server drains while its successor is up", () => {
  const server = useServer();

  it("a room reconnects to the successor, however long the draining server takes to stop", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const gate = new Gate();
    const { engines } = server;
    const leaving = await TestServer.start({
      wrap: () => ({ ...engines, log: gated(engines.log, gate, "append") }),
    });
    const network = await Network.start(leaving.port);
    const client = connect({ address: network.address });
    const room = client.enter({ token: ani.token, backoff: { firstMs: 1, maxMs: 20 } });
    try {
      await takeUntil(room, "the end of the replay", isCaughtUp);
      const lingering = await leaving.enter(budi);
      gate.shut();
      lingering.send(sendAll("just in time"), "r");
      await gate.entered();
      network.pointTo(server.port);
      let isStopped = false;
      const stopped = leaving.stop().then(() => {
        isStopped = true;
      });
      await takeUntil(room, "the end of the next replay", isCaughtUp);
      expect(await client.list(ani.token)).to.include({ totalSize: 2 });
      expect(isStopped).to.equal(false);
      gate.open();
      await expectGoodbye(lingering, { reason: "SHUTTING_DOWN", reconnect: true, code: "UNAVAILABLE" });
      await stopped;
    } finally {
      room.abort();
      client.close();
      gate.open();
      await network.close();
      await leaving.close();
    }
  });
});
