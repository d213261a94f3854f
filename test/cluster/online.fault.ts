import { expect } from "chai";
import { sendTo } from "../support/commands.ts";
import { nameOf } from "../support/expect.ts";
import { failure } from "../support/wire.ts";
import { useClusters } from "./support/cluster.ts";
import { listed } from "./support/listed.ts";
import type { ClusterNode } from "./support/node.ts";
import { seconds, useVisitors } from "./support/nodeClients.ts";

/** The number of sign-ins that may fail before the next has to wait: the default of the setting. */
const FREE = 5;

describe("Presence in a cluster", function () {
  this.timeout(3 * 60_000);
  const cluster = useClusters();
  const visitors = useVisitors();

  it("the list of online users is the same on every node, and loses the users of a node that died", async () => {
    const run = await cluster(3);
    const [ana, bob, cid] = await run.register("ana", "bob", "cid");
    const dying = run.node(0);
    const others = [run.node(1), run.node(2)];
    await visitors.enter(dying, ana);
    await visitors.enter(dying, cid);
    const chat = await visitors.enter(run.node(1), bob);
    await visitors.enter(run.node(2), cid);
    const same = await Promise.all(run.nodes.map((node) => listed(node, bob, ["ana", "bob", "cid"])));

    await dying.kill();
    const gone = await Promise.all(others.map((node) => listed(node, bob, ["bob", "cid"])));
    console.log(
      `      all nodes had the same list within ${seconds(Math.max(...same))}, and a dead node's users were off it within ${seconds(Math.max(...gone))}`,
    );
    expect(nameOf((await chat.refuse(sendTo("ana", "are you there?"))).reason)).to.equal("RECIPIENT_OFFLINE");
    await chat.accept(sendTo("cid", "are you there?"));
  });

  it("every node announces joins and leaves on all nodes, also while NATS is unavailable", async () => {
    const run = await cluster(3);
    const [ana, bob] = await run.register("ana", "bob");
    const listeners = await Promise.all(run.nodes.map((node) => visitors.enter(node, ana)));
    for (const isAway of [false, true]) {
      if (isAway) await run.nats.stop();
      const chat = await visitors.enter(run.node(1), bob);
      const joined = listeners.map((one) => one.next("presence", (event) => event.joined.includes("bob")));
      await Promise.all(joined);
      chat.halfClose();
      await chat.end();
      await Promise.all(listeners.map((one) => one.next("presence", (event) => event.left.includes("bob"))));
    }
  });

  it("failed sign-ins count on all nodes together", async () => {
    const run = await cluster(3);
    await run.register("ana");
    const guess = async (node: ClusterNode) =>
      (await failure(node.with((wire) => wire.login("ana", "a wrong password")))).reason;
    // The first wait is one second of real time, so a slow machine may get more guesses than `FREE`. Three nodes that
    // count separately would give at least 3 * `FREE`.
    let wrong = 0;
    for (let refused = 0, i = 0; refused < 3; i++) {
      const reason = await guess(run.node(i % 3));
      expect(reason).to.be.oneOf(["BAD_CREDENTIALS", "TOO_MANY_ATTEMPTS"]);
      refused = reason === "BAD_CREDENTIALS" ? 0 : refused + 1;
      if (reason === "BAD_CREDENTIALS") wrong += 1;
    }
    expect(wrong, "wrong passwords").to.be.within(FREE, 3 * FREE - 1);
  });
});
