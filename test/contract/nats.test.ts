import { EngineServer, needsEngine, sharedServer } from "../support/engineServer.ts";
import { NatsNode } from "../support/natsNode.ts";
import { describeBus } from "./bus.ts";
import { describeSharedBus } from "./shared/bus.ts";

describe("The NATS bus", () => {
  before(function () {
    needsEngine(this, "nats");
  });

  describeBus("NATS", async () => {
    const node = new NatsNode((await sharedServer("nats")).url);
    await node.connected();
    return { bus: node.bus, close: () => node.close() };
  });

  describe("The NATS bus while NATS is unavailable", () => {
    let unavailable: EngineServer;
    before(async () => {
      unavailable = await EngineServer.start("nats");
      await unavailable.stop();
    });
    after(() => unavailable?.remove());

    describeBus("NATS", async () => {
      const node = new NatsNode(unavailable.url);
      return { bus: node.bus, close: () => node.close() };
    });
  });

  describeSharedBus("NATS", async () => {
    const nats = await EngineServer.start("nats");
    const nodes: NatsNode[] = [];
    const all = async (each: (node: NatsNode) => Promise<void>) => {
      await Promise.all(nodes.map(each));
    };
    return {
      open: async () => {
        const node = new NatsNode(nats.url);
        nodes.push(node);
        await node.connected();
        return { bus: node.bus, taken: () => node.bus.flushed() };
      },
      stop: async () => {
        await nats.stop();
        await all((node) => node.disconnected());
      },
      start: async () => {
        await nats.start();
        await all((node) => node.connected());
      },
      close: async () => {
        await all((node) => node.close());
        await nats.remove();
      },
    };
  });
});
