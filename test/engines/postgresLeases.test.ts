import { expect } from "chai";
import type { Online } from "../../src/server/presence/ports/roster.ts";
import { eventually, turns } from "../support/eventLoop.ts";
import { NOON, range } from "../support/storeFixture.ts";
import { caught, type PostgresNode } from "./postgresNode.ts";
import { ana, bob, came, changesOf, eve, LEASE_S, RosterNodes, rosterOf, usersOf, went } from "./rosterNodes.ts";

describe("LeaseClient on PostgreSQL", () => {
  const nodes = new RosterNodes();

  /** Ages the lease of the node that has the user, in seconds. */
  const ageLease = (seconds: number, { username }: Online) =>
    nodes.query(
      `UPDATE nodes SET lease_until = lease_until - interval '${seconds} s'
        WHERE id = (SELECT node_id FROM roster WHERE username = $1)`,
      [username],
    );

  /** Cuts nodes off from PostgreSQL. Resolves when none of their statements can arrive any more. */
  async function cutOff(...those: PostgresNode[]): Promise<void> {
    for (const { proxy } of those) proxy.forbid();
    const CONNECTED = "SELECT FROM pg_stat_activity WHERE application_name = ANY ($1)";
    const names = those.map(({ name }) => `${name} roster`);
    await eventually(async () => (await nodes.query(CONNECTED, [names])).length === 0, "the connections to end");
  }

  it("the lease of an unreachable node expires: its users go offline, and the other nodes see the changes", async () => {
    const [dying, other] = [await nodes.open(), await nodes.open()];
    for (const who of [ana, bob]) await rosterOf(dying).arrive(who);
    await rosterOf(other).arrive(bob);
    const changes = await changesOf(other);
    await cutOff(dying);
    expect(await usersOf(other)).to.deep.equal([ana, bob]);
    await ageLease(LEASE_S, ana);
    expect(await rosterOf(other).find("ana")).to.equal(undefined);
    expect(await usersOf(other)).to.deep.equal([bob]);
    expect(await changes(1)).to.deep.equal([went(ana)]);
    expect(await nodes.query("SELECT username FROM roster")).to.deep.equal([{ username: "bob" }]);
  });

  it("a closed node with users leaves its lease to expire, so that its users can reconnect to another node", async () => {
    const [closing, other] = [await nodes.open({ shutdownGraceMs: 60_000 }), await nodes.open()];
    for (const who of [ana, bob, eve]) await rosterOf(closing).arrive(who);
    await rosterOf(closing).leave(eve.accountId);
    const changes = await changesOf(other);
    await closing.close();
    expect(await usersOf(other)).to.deep.equal([ana, bob]);
    expect(await rosterOf(other).arrive(bob)).to.equal(false);
    await ageLease(60, ana);
    expect(await changes(1)).to.deep.equal([went(ana)]);
    expect(await usersOf(other)).to.deep.equal([bob]);
  });

  it("a closed node without users ends its lease at once", async () => {
    const [closing, other] = [await nodes.open({ leaseMs: 60_000 }), await nodes.open()];
    await rosterOf(closing).arrive(ana);
    await rosterOf(closing).leave(ana.accountId);
    await closing.close();
    await rosterOf(other).arrive(bob);
    expect(await nodes.query("SELECT count(*)::integer AS count FROM nodes")).to.deep.equal([{ count: 1 }]);
  });

  it("an expired lease does not count, even before a node has removed it", async () => {
    const node = await nodes.open({ leaseMs: 60_000, heartbeatMs: 60_000 });
    await rosterOf(node).arrive(ana);
    const reader = await nodes.open({ leaseMs: 1, heartbeatMs: 60_000 });
    expect(await rosterOf(reader).find("ana")).to.deep.equal(ana);
    await nodes.query("UPDATE nodes SET lease_until = now() - interval '1 second'");
    expect(await rosterOf(reader).find("ana")).to.equal(undefined);
    expect(await rosterOf(reader).page("", 10)).to.deep.equal({ users: [], total: 0 });
    expect(await nodes.query("SELECT username FROM roster")).to.deep.equal([{ username: "ana" }]);
  });

  it("a node that reconnects stores its users again, with the times at which they came online", async () => {
    const [stalled, other] = [await nodes.open(), await nodes.open()];
    for (const who of [ana, bob]) await rosterOf(stalled).arrive(who);
    const changes = await changesOf(other);
    await cutOff(stalled);
    await ageLease(LEASE_S, ana);
    expect(await changes(2)).to.have.deep.members([went(ana), went(bob)]);
    // Updates are not stored during the outage, and each caller gets the error.
    expect(await caught(rosterOf(stalled).leave(ana.accountId))).to.be.instanceOf(Error);
    expect(await caught(rosterOf(stalled).arrive(eve))).to.be.instanceOf(Error);
    stalled.proxy.allow();
    expect((await changes(4)).slice(2)).to.have.deep.members([came(ana), came(bob)]);
    expect(await usersOf(other)).to.deep.equal([ana, bob]);
    expect(await rosterOf(stalled).leave(ana.accountId)).to.equal(true);
    expect(await rosterOf(stalled).arrive(eve)).to.equal(true);
    expect(await usersOf(other)).to.deep.equal([bob, eve]);
  });

  it("a node whose update finds no lease does a full sync", async () => {
    const [stalled, other] = [await nodes.open({ leaseMs: 60_000, heartbeatMs: 60_000 }), await nodes.open()];
    await rosterOf(stalled).arrive(ana);
    const changes = await changesOf(other);
    await ageLease(60, ana);
    expect(await changes(1)).to.deep.equal([went(ana)]);
    expect(await rosterOf(stalled).arrive(bob)).to.equal(true);
    expect(await usersOf(other)).to.deep.equal([ana, bob]);
    expect((await changes(3)).slice(1)).to.deep.equal([came(ana), came(bob)]);
  });

  it("a node whose lease connection stalls renews the lease over a new connection", async () => {
    const [stalling, other] = [await nodes.open(), await nodes.open()];
    await rosterOf(stalling).arrive(ana);
    const { offset: start } = await rosterOf(other).changes();
    const link = await stalling.link("roster");
    link.set("up", "hold");
    link.set("down", "hold");
    const connections = stalling.proxy.connections;
    await eventually(async () => stalling.proxy.connections > connections, "a new connection");
    expect(await rosterOf(stalling).arrive(bob)).to.equal(true);
    expect((await rosterOf(other).changes(start)).changes).to.deep.equal([came(bob)]);
    expect(await usersOf(other)).to.deep.equal([ana, bob]);
  });

  it("a node renews its lease while many users join and leave without a pause", async () => {
    const [node, other] = [await nodes.open(), await nodes.open()];
    await rosterOf(node).arrive(bob);
    const { offset: start } = await rosterOf(node).changes();
    const leaseOf = async (username: string) => {
      const LEASE = "SELECT lease_until AS it FROM nodes JOIN roster ON id = node_id WHERE username = $1";
      return (await nodes.query(LEASE, [username]))[0]?.it as Date;
    };
    const first = await leaseOf(bob.username);
    let isOver = false;
    const comeAndGo = async (who: Online) => {
      while (!isOver) {
        await rosterOf(node).arrive(who);
        await rosterOf(node).leave(who.accountId);
      }
    };
    const users = range(10, 60).map(async (accountId) => {
      // Starts some users while updates of others are in flight.
      await turns(accountId % 3);
      await comeAndGo({ accountId, username: `user${accountId}`, since: NOON });
    });
    // Only a renewal moves the end of the lease.
    await eventually(async () => (await leaseOf(bob.username)).getTime() > first.getTime() + 1_200, "renewals").finally(
      () => {
        isOver = true;
      },
    );
    await Promise.all(users);
    const CHANGES = "SELECT online FROM roster_changes WHERE username = $1 AND place > $2";
    expect(await nodes.query(CHANGES, [bob.username, start])).to.deep.equal([]);
    expect(await usersOf(other)).to.deep.equal([bob]);
  });

  it("after a pause of all nodes, the first update of one node revives the leases of all", async () => {
    const both = [await nodes.open({ heartbeatMs: 60_000 }), await nodes.open({ heartbeatMs: 60_000 })] as const;
    const [first, second] = both;
    await rosterOf(first).arrive(ana);
    await rosterOf(second).arrive(bob);
    const { offset: start } = await rosterOf(first).changes();
    await nodes.query(`UPDATE nodes SET lease_until = lease_until - interval '${LEASE_S} s'`);
    // Renews twice, because only a node whose own lease holds ends the leases of others.
    const RENEW = `SELECT renew_lease(node_id, '${LEASE_S} s', '60 s', '0 s') FROM roster WHERE username = 'ana'`;
    for (const _ of both) await nodes.query(RENEW);
    expect(await usersOf(second)).to.deep.equal([ana, bob]);
    expect((await rosterOf(second).changes(start)).changes).to.deep.equal([]);
  });

  it("after an outage that outlasted all leases, the first node back revives the leases of all", async () => {
    const both = [await nodes.open(), await nodes.open()] as const;
    const [first, second] = both;
    await rosterOf(first).arrive(ana);
    await rosterOf(second).arrive(bob);
    const { offset: start } = await rosterOf(first).changes();
    await cutOff(...both);
    for (const node of both) expect(await caught(rosterOf(node).arrive(eve))).to.be.instanceOf(Error);
    for (const who of [ana, bob]) await ageLease(LEASE_S, who);
    first.proxy.allow();
    const bothHold = async () => (await nodes.query("SELECT FROM nodes WHERE lease_until > now()")).length === 2;
    await eventually(bothHold, "both leases to begin again");
    expect(await usersOf(first)).to.deep.equal([ana, bob]);
    second.proxy.allow();
    await eventually(
      async () => (await caught(rosterOf(second).arrive(eve))) === undefined,
      "the second node to reconnect",
    );
    expect((await rosterOf(first).changes(start)).changes).to.deep.equal([came(eve)]);
  });

  it("a starting node extends expired leases by the start grace, in which their users reconnect or go offline", async () => {
    const dead = await nodes.open();
    for (const who of [ana, bob]) await rosterOf(dead).arrive(who);
    await cutOff(dead);
    await ageLease(24 * 60 * 60, ana);
    const started = await nodes.open({ startGraceMs: 60_000 });
    const { offset: start } = await rosterOf(started).changes();
    expect(await usersOf(started)).to.deep.equal([ana, bob]);
    // A user who reconnects stays online without a break, also after the lease of the old node has ended.
    expect(await rosterOf(started).arrive({ ...ana, since: NOON + 60_000 })).to.equal(false);
    await ageLease(60, bob);
    const changes = async () => (await rosterOf(started).changes(start)).changes ?? [];
    await eventually(async () => (await changes()).length > 0, "the lease to end");
    expect(await changes()).to.deep.equal([went(bob)]);
    expect(await usersOf(started)).to.deep.equal([ana]);
  });

  it("leases and changes that a fast clock has written do not last until that time", async () => {
    const [dead, other] = [await nodes.open(), await nodes.open({ heartbeatMs: 60_000 })];
    await rosterOf(dead).arrive(ana);
    await cutOff(dead);
    await nodes.query("UPDATE nodes SET lease_until = now() + interval '8 days'");
    await nodes.query(
      `INSERT INTO roster_changes
        SELECT (extract(epoch FROM now() + interval '8 days') * 1000000)::bigint + i, 'x', i % 2 = 0
        FROM generate_series(1, 6000) i`,
    );
    await rosterOf(other).arrive(bob);
    const RENEW = `SELECT renew_lease(node_id, '${LEASE_S} s', '60 s', '0 s') FROM roster WHERE username = 'bob'`;
    await nodes.query(RENEW);
    const LATEST = "SELECT max(lease_until) < now() + interval '1 minute' AS it FROM nodes";
    expect((await nodes.query(LATEST))[0]?.it).to.equal(true);
    expect((await nodes.query("SELECT count(*)::integer AS it FROM roster_changes"))[0]?.it).to.be.at.most(5_000);
    await ageLease(LEASE_S, ana);
    await nodes.query(RENEW);
    expect(await usersOf(other)).to.deep.equal([bob]);
  });

  it("a node whose own lease had expired does not end the leases of other nodes", async () => {
    await nodes.open({ heartbeatMs: 60_000 });
    const [away, other] = ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"];
    const renew = async () =>
      (await nodes.query("SELECT renew_lease($1, '1 ms', '1 minute', '0 s') AS renewed", [away]))[0]?.renewed;
    const ids = async () => (await nodes.query("SELECT id FROM nodes ORDER BY id LIMIT 2")).map(({ id }) => id);
    expect(await renew()).to.equal(false);
    await nodes.query("INSERT INTO nodes SELECT unnest($1::uuid[]), now() - interval '1 hour', 1", [[away, other]]);
    expect(await renew()).to.equal(true);
    expect(await ids()).to.deep.equal([away, other]);
    await nodes.query("UPDATE nodes SET lease_until = now() + interval '1 hour' WHERE id = $1", [away]);
    expect(await renew()).to.equal(true);
    expect(await ids()).to.not.include(other);
  });
});
