import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { eventually, until } from "../support/eventLoop.ts";
import { NOON, range } from "../support/storeFixture.ts";
import { caught } from "./postgresNode.ts";
import { ana, bob, came, changesOf, RosterNodes, rosterOf, usersOf, went } from "./rosterNodes.ts";

describe("PostgresRoster", () => {
  const nodes = new RosterNodes();

  it("an update that arrives after a later full sync has no effect", async () => {
    const [node, other] = [await nodes.open({ leaseMs: 60_000, heartbeatMs: 60_000 }), await nodes.open()];
    await rosterOf(node).arrive(ana);
    // This node renews its lease only once a minute, so that nothing else is in flight.
    const link = await node.link("roster");
    link.set("up", "keep");
    const update = caught(rosterOf(node).arrive(bob));
    await until(() => link.kept("up") > 0, "the update to be in flight");
    link.orphan();
    expect(await update).to.be.instanceOf(StoreUnavailable);
    expect(await rosterOf(node).arrive(bob)).to.equal(true);
    expect(await rosterOf(node).leave(bob.accountId)).to.equal(true);
    const lastStateChange = async () => {
      const [row] = await nodes.query("SELECT state_change::text FROM pg_stat_activity WHERE client_port = $1", [
        link.port,
      ]);
      return row?.state_change;
    };
    const before = await lastStateChange();
    link.set("up", "pass");
    await eventually(async () => (await lastStateChange()) !== before, "the kept update to arrive");
    expect(await usersOf(other)).to.deep.equal([ana]);
  });

  it("a node stores its users again after a database crash that lost unsynced updates", async () => {
    const [node, other] = [await nodes.open(), await nodes.open()];
    for (const who of [ana, bob]) await rosterOf(node).arrive(who);
    // The state after such a crash: a connection breaks, and some rows are back in an older state.
    await nodes.query("DELETE FROM roster WHERE username = 'bob'");
    await nodes.query("INSERT INTO roster SELECT 'eve', node_id, 3, 0 FROM roster");
    await node.terminate("roster");
    await eventually(
      async () => (await usersOf(other)).length === 2 && !(await rosterOf(other).find("eve")),
      "the roster to be correct",
    );
    expect(await usersOf(other)).to.deep.equal([ana, bob]);
  });

  it("concurrent joins and leaves of one account are stored one after the other", async () => {
    const node = await nodes.open();
    const changes = await changesOf(node);
    const roster = rosterOf(node);
    const updates = range(1, 10).flatMap(() => [roster.arrive(ana), roster.leave(ana.accountId)]);
    expect(await Promise.all(updates)).to.deep.equal(updates.map(() => true));
    expect(await changes(20)).to.deep.equal(range(1, 10).flatMap(() => [came(ana), went(ana)]));
    const [first, second, left] = await Promise.all([roster.arrive(ana), roster.arrive(ana), roster.leave(1)]);
    expect([first, second, left]).to.deep.equal([true, false, true]);
  });

  it("the roster keeps changes for the retention time, keeps the last one, and reports removed ones as unknown", async () => {
    const node = await nodes.open({ changeRetentionMs: 0 });
    const roster = rosterOf(node);
    const { offset: before } = await roster.changes();
    await roster.arrive(ana);
    const { offset: first } = await roster.changes();
    await roster.leave(ana.accountId);
    const kept = async () => (await nodes.query("SELECT place FROM roster_changes")).length;
    await eventually(async () => (await kept()) === 1, "old changes to be removed");
    const { offset: last } = await roster.changes();
    for (const since of [before, first, last - 1, last + 1]) {
      expect(await roster.changes(since), `since ${since}`).to.deep.equal({ changes: undefined, offset: last });
    }
    // From here on with a node that keeps changes for the default time.
    await node.close();
    const next = rosterOf(await nodes.open());
    expect(await next.changes(last)).to.deep.equal({ changes: [], offset: last });
    await next.arrive(bob);
    expect((await next.changes(last)).changes).to.deep.equal([came(bob)]);
  });

  it("the roster returns no changes if there are too many", async () => {
    const node = await nodes.open();
    const { offset: start } = await rosterOf(node).changes();
    const users = range(1, 2_100).map((i) => ({ accountId: 100 + i, username: `user-${i}`, since: NOON }));
    await Promise.all(users.map((who) => rosterOf(node).arrive(who)));
    const { changes, offset: end } = await rosterOf(node).changes(start);
    expect(changes).to.equal(undefined);
    expect(end).to.equal((await rosterOf(node).changes()).offset);
    expect(await rosterOf(node).changes(end)).to.deep.equal({ changes: [], offset: end });
  });
});
