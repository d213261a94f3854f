import { expect } from "chai";
import { sendAll, sendTo } from "../support/commands.ts";
import { millis } from "../support/ending.ts";
import { eventually } from "../support/eventLoop.ts";
import { expectFailed, expectGoodbye, nameOf } from "../support/expect.ts";
import { checkHealth, Health, watchHealth } from "../support/health.ts";
import { failure } from "../support/wire.ts";
import { useClusters } from "./support/cluster.ts";
import type { ClusterNode } from "./support/node.ts";
import { useVisitors } from "./support/nodeClients.ts";

const CHAT = "obrolan.v1.ChatService";
const DEADLINE_MS = 60_000;
const GONE = { reason: "STORE_UNAVAILABLE", reconnect: true, code: "UNAVAILABLE" } as const;

/** Waits until a watch of the health reports this state, and skips others. */
async function told(next: () => Promise<bigint>, state: bigint): Promise<void> {
  while ((await next()) !== state);
}

describe("A cluster whose PostgreSQL is unavailable", function () {
  this.timeout(3 * 60_000);
  const cluster = useClusters();
  const visitors = useVisitors();

  for (const [how, isKilled] of Object.entries({ stopped: false, killed: true })) {
    it(`three nodes whose PostgreSQL is ${how} reject messages, keep streams, and recover`, async () => {
      const run = await cluster(3);
      const { nodes, postgres } = run;
      const [ana] = await run.register("ana");
      const streams = await Promise.all(nodes.map((node) => visitors.enter(node, ana)));
      const wires = await Promise.all(nodes.map((node) => visitors.connect(node)));
      const watches = wires.map((wire) => watchHealth(wire, CHAT, DEADLINE_MS));
      for (const next of watches) await told(next, Health.SERVING);

      await (isKilled ? postgres.kill() : postgres.stop());
      for (const next of watches) await told(next, Health.NOT_SERVING);
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
      for (const next of watches) await told(next, Health.SERVING);
      for (const [i, chat] of streams.entries()) {
        const { id } = await chat.accept(sendAll(`node ${i} is back`));
        for (const other of streams) await other.next("message", (message) => message.id === id);
      }
      // The streams are still the ones from before the outage.
      for (const { kinds } of streams) expect(kinds).to.not.include("goodbye");
    });
  }

  it("a node whose PostgreSQL hangs still drains; its clients settle their commands on another node", async () => {
    const run = await cluster(2);
    const [node, other] = run.nodes as [ClusterNode, ClusterNode];
    const [ana] = await run.register("ana");
    const chat = await visitors.enter(node, ana);
    node.toPostgres.deafen();
    chat.send(sendAll("hello"), "r");
    const { code, stderr } = await node.server.kill("SIGTERM");
    expect(code, stderr).to.be.oneOf([0, 1]);
    const again = await visitors.enter(other, ana);
    await again.accept(sendAll("hello"), "r");
    expect((await run.database.messages()).map(({ text }) => text)).to.deep.equal(["hello"]);
  });

  it("nodes whose PostgreSQL waits for a lost standby do not answer until the outcome is known", async () => {
    const run = await cluster(3);
    const [node, other] = run.nodes as [ClusterNode, ClusterNode];
    const [ana, bob] = await run.register("ana", "bob");
    const confirmedBy = async (standbys: string) => {
      await run.database.query(`ALTER SYSTEM SET synchronous_standby_names = '${standbys}'`);
      await run.database.query("SELECT pg_reload_conf()");
    };
    let isWaitedFor = false;
    const commit = async () => {
      while (!isWaitedFor) await run.database.query("SELECT pg_logical_emit_message(true, 'a commit', '')");
    };
    const first = await visitors.enter(node, ana);
    await confirmedBy("nobody");
    const commits = commit();
    try {
      // Commits begin to wait for the standby some time after the setting has changed.
      await eventually(async () => {
        const rows = await run.database.query("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        isWaitedFor = rows.length > 0;
        return isWaitedFor;
      }, "a commit to wait for its standby");
      first.send(sendAll("hello"), "r");
      await expectGoodbye(first, GONE);
      // The message is written, its commit waits for the standby, and no node can see it.
      for (const command of [sendAll("hello"), sendTo(bob.username, "hello")]) {
        const again = await visitors.enter(other, ana);
        again.send(command, "r");
        await expectGoodbye(again, GONE);
        expect(again.kinds).to.not.include("rejected");
      }
    } finally {
      isWaitedFor = true;
      await confirmedBy("");
      await commits;
    }
    const settled = await visitors.enter(other, ana);
    expect(await settled.accept(sendAll("hello"), "r")).to.include({ id: 1n, duplicate: true });
    expect((await run.database.messages()).map(({ text }) => text)).to.deep.equal(["hello"]);
  });
});
