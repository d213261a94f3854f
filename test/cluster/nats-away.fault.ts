import { expect } from "chai";
import { sendAll, sendTo } from "../support/commands.ts";
import { expectGoodbye } from "../support/expect.ts";
import { useClusters } from "./support/cluster.ts";
import { seconds, useVisitors } from "./support/nodeClients.ts";

const LOGGED_OUT = { reason: "LOGGED_OUT", reconnect: false, code: "OK" } as const;

describe("Notifications in a cluster", function () {
  this.timeout(3 * 60_000);
  const cluster = useClusters();
  const visitors = useVisitors();

  for (const isAway of [false, true]) {
    const when = isAway ? "while NATS is unavailable" : "with NATS";
    it(`three nodes deliver a message sent on one to all, and end a session everywhere, ${when}`, async () => {
      const run = await cluster(3);
      const { nodes, nats } = run;
      const [ana, bob] = await run.register("ana", "bob");
      const own = await Promise.all(nodes.map((node) => visitors.enter(node, ana)));
      const others = await Promise.all(nodes.map((node) => visitors.enter(node, bob)));
      if (isAway) await nats.stop();

      let slowest = 0;
      for (const chat of own) {
        for (const command of [sendAll("to everyone"), sendTo("bob", "to bob")]) {
          const { id } = await chat.accept(command);
          const began = performance.now();
          await Promise.all([...own, ...others].map((one) => one.next("message", (message) => message.id === id)));
          slowest = Math.max(slowest, performance.now() - began);
        }
      }
      const wire = await visitors.connect(run.node(0));
      await wire.logout(ana.token);
      const began = performance.now();
      await Promise.all(own.map((chat) => expectGoodbye(chat, LOGGED_OUT)));
      const ended = performance.now() - began;
      console.log(
        `      ${when}: a message came to all within ${seconds(slowest)}, a logout ended all streams within ${seconds(ended)}`,
      );
      for (const { kinds } of others) expect(kinds).to.not.include("goodbye");
      if (!isAway) return;
      // With NATS again, every message still comes once.
      await nats.start();
      const [first, ...rest] = others as [(typeof others)[0], ...typeof others];
      const { id } = await first.accept(sendAll("the end"));
      for (const chat of rest) {
        await chat.next("message", (message) => message.id === id);
        const ids = chat.messages.map((message) => Number(message.id));
        expect(ids).to.deep.equal(Array.from(ids, (_, i) => i + 1));
      }
    });
  }
});
