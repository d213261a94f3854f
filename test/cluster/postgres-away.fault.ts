import { expect } from "chai";
import { sendAll } from "../support/commands.ts";
import { millis } from "../support/ending.ts";
import { expectFailed, nameOf } from "../support/expect.ts";
import { checkHealth, Health, watchHealth } from "../support/health.ts";
import { failure } from "../support/wire.ts";
import { useClusters } from "./support/cluster.ts";
import { useVisitors } from "./support/visitors.ts";

const CHAT = "obrolan.v1.ChatService";
const PATIENCE = 60_000;

describe("Three nodes whose PostgreSQL", function () {
  this.timeout(3 * 60_000);
  const cluster = useClusters();
  const visitors = useVisitors();

  for (const [how, isKilled] of Object.entries({ "is stopped": false, "is killed": true })) {
    it(`${how} refuse what is sent, keep their streams, say so in their health, and go on by themselves`, async () => {
      const run = await cluster(3);
      const { nodes, postgres } = run;
      const [ana] = await run.register("ana");
      const streams = await Promise.all(nodes.map((node) => visitors.enter(node, ana)));
      const wires = await Promise.all(nodes.map((node) => visitors.connect(node)));
      const watches = wires.map((wire) => watchHealth(wire, CHAT, PATIENCE));
      for (const next of watches) expect(await next()).to.equal(Health.SERVING);

      await (isKilled ? postgres.kill() : postgres.stop());
      for (const next of watches) expect(await next()).to.equal(Health.NOT_SERVING);
      for (const chat of streams) {
        const { reason, retryAfter } = await chat.refuse(sendAll("nobody hears this"));
        expect(nameOf(reason)).to.equal("STORE_UNAVAILABLE");
        expect(millis(retryAfter), "retry_after").to.be.greaterThan(0);
      }
      for (const wire of wires) {
        expectFailed(await failure(wire.list(ana.token)), "UNAVAILABLE", "STORE_UNAVAILABLE");
        expect((await checkHealth(wire, "")).status, "the health of the process").to.equal(Health.SERVING);
      }

      await postgres.start();
      for (const next of watches) expect(await next()).to.equal(Health.SERVING);
      for (const [i, chat] of streams.entries()) {
        const { id } = await chat.accept(sendAll(`node ${i} is back`));
        for (const other of streams) await other.next("message", (message) => message.id === id);
      }
      // Still the streams that there were.
      for (const { kinds } of streams) expect(kinds).to.not.include("goodbye");
    });
  }
});
