import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { PostgresOptions } from "../../src/server/engines/postgres/index.ts";
import type { Online, RosterChange } from "../../src/server/presence/ports/roster.ts";
import { needsEngine } from "../support/engineServer.ts";
import { eventually, turns, until } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { NOON, range } from "../support/storeFixture.ts";
import { caught, PostgresNode } from "./postgresNode.ts";

const [ana, bob, eve] = ["ana", "bob", "eve"].map((username, i) => ({
  accountId: i + 1,
  username,
  since: NOON + i,
})) as [Online, Online, Online];
const came = ({ username }: Online): RosterChange => ({ username, online: true });
const went = ({ username }: Online): RosterChange => ({ username, online: false });
/** What the nodes have, in seconds: long enough to be renewed in time by a node that stands still for some seconds. */
const LEASE = 8;

describe("LeaseClient on PostgreSQL", () => {
  let place: PostgresFixture;
  const nodes: PostgresNode[] = [];
  before(async function () {
    needsEngine(this, "postgres");
    place = await postgresFixture();
    // For the time of a lease after its start a server lets every lease hold.
    const IS_OLD = `SELECT now() > pg_postmaster_start_time() + interval '${LEASE} s' AS it`;
    await eventually(async () => (await place.query(IS_OLD))[0]?.it === true, "the server to be older than a lease");
  });
  after(() => place?.remove());
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    // Those of one test are nobody whom the next one's may take for cut off.
    await place?.query("DELETE FROM nodes");
    await place?.query("DELETE FROM roster");
    // A change that a test dated ahead would date all later ones ahead. The one row is that of a new database.
    await place?.query("DELETE FROM roster_changes");
    await place?.query("INSERT INTO roster_changes VALUES (0, '', false)");
  });

  /** A node that renews its lease often, though it lasts. */
  async function open(options: Partial<PostgresOptions> = {}): Promise<PostgresNode> {
    const node = await PostgresNode.open(place, {
      leaseMs: LEASE * 1_000,
      heartbeatMs: 150,
      shutdownGraceMs: 1,
      startGraceMs: 1,
      ...options,
    });
    nodes.push(node);
    return node;
  }

  /** Ages the lease of the node that has the user, in seconds. */
  const passes = (seconds: number, { username }: Online) =>
    place.query(
      `UPDATE nodes SET lease_until = lease_until - interval '${seconds} s'
        WHERE id = (SELECT node_id FROM roster WHERE username = $1)`,
      [username],
    );
  /** Cuts nodes off; resolves when nothing is on its way from them any more, which would renew a lease. */
  async function cutOff(...those: PostgresNode[]): Promise<void> {
    for (const { proxy } of those) proxy.forbid();
    const CONNECTED = "SELECT FROM pg_stat_activity WHERE application_name = ANY ($1)";
    const names = those.map(({ name }) => `${name} roster`);
    await eventually(async () => (await place.query(CONNECTED, [names])).length === 0, "the connections to end");
  }

  const rosterOf = (node: PostgresNode) => node.store.roster;
  const everyone = async (node: PostgresNode) => (await rosterOf(node).page("", 100)).users;
  /** Reads a node's changes from now on, until the last of them is as expected. */
  async function changesOf(node: PostgresNode) {
    let { place: at } = await rosterOf(node).changes();
    const told: RosterChange[] = [];
    return async (count: number) => {
      await eventually(async () => {
        const more = await rosterOf(node).changes(at);
        told.push(...(more.changes as RosterChange[]));
        at = more.place;
        return told.length >= count;
      }, `${count} changes`);
      return told;
    };
  }

  it("the lease of an unreachable node expires: its users go offline, and the other nodes see the changes", async () => {
    const [dying, other] = [await open(), await open()];
    for (const who of [ana, bob]) await rosterOf(dying).arrive(who);
    await rosterOf(other).arrive(bob);
    const changes = await changesOf(other);
    await cutOff(dying);
    expect(await everyone(other)).to.deep.equal([ana, bob]);
    await passes(LEASE, ana);
    expect(await rosterOf(other).find("ana")).to.equal(undefined);
    expect(await everyone(other)).to.deep.equal([bob]);
    expect(await changes(1)).to.deep.equal([went(ana)]);
    expect(await place.query("SELECT username FROM roster")).to.deep.equal([{ username: "bob" }]);
  });

  it("a closed node with users leaves its lease to expire, so that its users can reconnect to another node", async () => {
    const [closing, other] = [await open({ shutdownGraceMs: 60_000 }), await open()];
    for (const who of [ana, bob, eve]) await rosterOf(closing).arrive(who);
    await rosterOf(closing).leave(eve.accountId);
    const changes = await changesOf(other);
    await closing.close();
    expect(await everyone(other)).to.deep.equal([ana, bob]);
    expect(await rosterOf(other).arrive(bob)).to.equal(false);
    await passes(60, ana);
    expect(await changes(1)).to.deep.equal([went(ana)]);
    expect(await everyone(other)).to.deep.equal([bob]);
  });

  it("a closed node without users ends its lease at once", async () => {
    const [closing, other] = [await open({ leaseMs: 60_000 }), await open()];
    await rosterOf(closing).arrive(ana);
    await rosterOf(closing).leave(ana.accountId);
    await closing.close();
    await rosterOf(other).arrive(bob);
    expect(await place.query("SELECT count(*)::integer AS count FROM nodes")).to.deep.equal([{ count: 1 }]);
  });

  it("an expired lease does not count, even before a node has removed it", async () => {
    const node = await open({ leaseMs: 60_000, heartbeatMs: 60_000 });
    await rosterOf(node).arrive(ana);
    const look = await open({ leaseMs: 1, heartbeatMs: 60_000 });
    expect(await rosterOf(look).find("ana")).to.deep.equal(ana);
    await place.query("UPDATE nodes SET lease_until = now() - interval '1 second'");
    expect(await rosterOf(look).find("ana")).to.equal(undefined);
    expect(await rosterOf(look).page("", 10)).to.deep.equal({ users: [], total: 0 });
    expect(await place.query("SELECT username FROM roster")).to.deep.equal([{ username: "ana" }]);
  });

  it("a node that reconnects stores its users again, with the times at which they came online", async () => {
    const [stalled, other] = [await open(), await open()];
    for (const who of [ana, bob]) await rosterOf(stalled).arrive(who);
    const changes = await changesOf(other);
    await cutOff(stalled);
    await passes(LEASE, ana);
    expect(await changes(2)).to.have.deep.members([went(ana), went(bob)]);
    // Updates are not stored meanwhile, and each caller gets the error.
    expect(await caught(rosterOf(stalled).leave(ana.accountId))).to.be.instanceOf(Error);
    expect(await caught(rosterOf(stalled).arrive(eve))).to.be.instanceOf(Error);
    stalled.proxy.allow();
    expect((await changes(4)).slice(2)).to.have.deep.members([came(ana), came(bob)]);
    expect(await everyone(other)).to.deep.equal([ana, bob]);
    expect(await rosterOf(stalled).leave(ana.accountId)).to.equal(true);
    expect(await rosterOf(stalled).arrive(eve)).to.equal(true);
    expect(await everyone(other)).to.deep.equal([bob, eve]);
  });

  it("a node whose update finds no lease does a full sync", async () => {
    const [stalled, other] = [await open({ leaseMs: 60_000, heartbeatMs: 60_000 }), await open()];
    await rosterOf(stalled).arrive(ana);
    const changes = await changesOf(other);
    await passes(60, ana);
    expect(await changes(1)).to.deep.equal([went(ana)]);
    expect(await rosterOf(stalled).arrive(bob)).to.equal(true);
    expect(await everyone(other)).to.deep.equal([ana, bob]);
    expect((await changes(3)).slice(1)).to.deep.equal([came(ana), came(bob)]);
  });

  it("a node whose lease connection stalls renews the lease over a new connection", async () => {
    const [stalling, other] = [await open(), await open()];
    await rosterOf(stalling).arrive(ana);
    const { place: start } = await rosterOf(other).changes();
    const link = await stalling.link("roster");
    link.set("up", "hold");
    link.set("down", "hold");
    const connections = stalling.proxy.connections;
    await eventually(async () => stalling.proxy.connections > connections, "a new connection");
    expect(await rosterOf(stalling).arrive(bob)).to.equal(true);
    expect((await rosterOf(other).changes(start)).changes).to.deep.equal([came(bob)]);
    expect(await everyone(other)).to.deep.equal([ana, bob]);
  });

  it("a node renews its lease while many users join and leave without a pause", async () => {
    const [node, other] = [await open(), await open()];
    await rosterOf(node).arrive(bob);
    const { place: start } = await rosterOf(node).changes();
    const leaseOf = async (username: string) => {
      const LEASE = "SELECT lease_until AS it FROM nodes JOIN roster ON id = node_id WHERE username = $1";
      return (await place.query(LEASE, [username]))[0]?.it as Date;
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
      // Some come while others are being told of.
      await turns(accountId % 3);
      await comeAndGo({ accountId, username: `user${accountId}`, since: NOON });
    });
    // Again and again: only that moves it.
    await eventually(async () => (await leaseOf(bob.username)).getTime() > first.getTime() + 1_200, "renewals").finally(
      () => {
        isOver = true;
      },
    );
    await Promise.all(users);
    const CHANGES = "SELECT online FROM roster_changes WHERE username = $1 AND place > $2";
    expect(await place.query(CHANGES, [bob.username, start])).to.deep.equal([]);
    expect(await everyone(other)).to.deep.equal([bob]);
  });

  it("after a pause of all nodes, the first update of one node revives the leases of all", async () => {
    const both = [await open({ heartbeatMs: 60_000 }), await open({ heartbeatMs: 60_000 })] as const;
    const [first, second] = both;
    await rosterOf(first).arrive(ana);
    await rosterOf(second).arrive(bob);
    const { place: start } = await rosterOf(first).changes();
    await place.query(`UPDATE nodes SET lease_until = lease_until - interval '${LEASE} s'`);
    // Two heartbeats of the first node: only a node whose own lease holds judges others.
    const RENEW = `SELECT renew_lease(node_id, '${LEASE} s', '60 s', '0 s') FROM roster WHERE username = 'ana'`;
    for (const _ of both) await place.query(RENEW);
    expect(await everyone(second)).to.deep.equal([ana, bob]);
    expect((await rosterOf(second).changes(start)).changes).to.deep.equal([]);
  });

  it("after an outage that outlasted all leases, the first node back revives the leases of all", async () => {
    const both = [await open(), await open()] as const;
    const [first, second] = both;
    await rosterOf(first).arrive(ana);
    await rosterOf(second).arrive(bob);
    const { place: start } = await rosterOf(first).changes();
    await cutOff(...both);
    for (const node of both) expect(await caught(rosterOf(node).arrive(eve))).to.be.instanceOf(Error);
    for (const who of [ana, bob]) await passes(LEASE, who);
    first.proxy.allow();
    const isThere = async () => (await place.query("SELECT FROM nodes WHERE lease_until > now()")).length === 2;
    await eventually(isThere, "both leases to begin again");
    expect(await everyone(first)).to.deep.equal([ana, bob]);
    second.proxy.allow();
    await eventually(async () => (await caught(rosterOf(second).arrive(eve))) === undefined, "the second");
    expect((await rosterOf(first).changes(start)).changes).to.deep.equal([came(eve)]);
  });

  it("a starting node extends expired leases by the start grace, in which their users reconnect or go offline", async () => {
    const dead = await open();
    for (const who of [ana, bob]) await rosterOf(dead).arrive(who);
    await cutOff(dead);
    await passes(24 * 60 * 60, ana);
    const started = await open({ startGraceMs: 60_000 });
    const { place: start } = await rosterOf(started).changes();
    expect(await everyone(started)).to.deep.equal([ana, bob]);
    // Who is back is online without a break, also when the lease of the node where they were has ended.
    expect(await rosterOf(started).arrive({ ...ana, since: NOON + 60_000 })).to.equal(false);
    await passes(60, bob);
    const changes = async () => (await rosterOf(started).changes(start)).changes ?? [];
    await eventually(async () => (await changes()).length > 0, "the lease to end");
    expect(await changes()).to.deep.equal([went(bob)]);
    expect(await everyone(started)).to.deep.equal([ana]);
  });

  it("leases and changes that a fast clock has written do not last until that time", async () => {
    const [dead, other] = [await open(), await open({ heartbeatMs: 60_000 })];
    await rosterOf(dead).arrive(ana);
    await cutOff(dead);
    await place.query("UPDATE nodes SET lease_until = now() + interval '8 days'");
    await place.query(
      `INSERT INTO roster_changes SELECT (extract(epoch FROM now() + interval '8 days') * 1000000)::bigint + i, 'x', i % 2 = 0
       FROM generate_series(1, 6000) i`,
    );
    await rosterOf(other).arrive(bob);
    const RENEW = `SELECT renew_lease(node_id, '${LEASE} s', '60 s', '0 s') FROM roster WHERE username = 'bob'`;
    await place.query(RENEW);
    const LATEST = "SELECT max(lease_until) < now() + interval '1 minute' AS it FROM nodes";
    expect((await place.query(LATEST))[0]?.it).to.equal(true);
    expect((await place.query("SELECT count(*)::integer AS it FROM roster_changes"))[0]?.it).to.be.at.most(5_000);
    await passes(LEASE, ana);
    await place.query(RENEW);
    expect(await everyone(other)).to.deep.equal([bob]);
  });

  it("a node whose own lease had expired does not end the leases of other nodes", async () => {
    await open({ heartbeatMs: 60_000 });
    const [away, other] = ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"];
    const renew = async () =>
      (await place.query("SELECT renew_lease($1, '1 ms', '1 minute', '0 s') AS renewed", [away]))[0]?.renewed;
    const ids = async () => (await place.query("SELECT id FROM nodes ORDER BY id LIMIT 2")).map(({ id }) => id);
    expect(await renew()).to.equal(false);
    await place.query("INSERT INTO nodes SELECT unnest($1::uuid[]), now() - interval '1 hour', 1", [[away, other]]);
    expect(await renew()).to.equal(true);
    expect(await ids()).to.deep.equal([away, other]);
    await place.query("UPDATE nodes SET lease_until = now() + interval '1 hour' WHERE id = $1", [away]);
    expect(await renew()).to.equal(true);
    expect(await ids()).to.not.include(other);
  });

  it("an update that arrives after a later full sync has no effect", async () => {
    const [node, other] = [await open({ leaseMs: 60_000, heartbeatMs: 60_000 }), await open()];
    await rosterOf(node).arrive(ana);
    // Nothing else of this node is to be on its way: it renews its lease once a minute.
    const link = await node.link("roster");
    link.set("up", "keep");
    const arrival = caught(rosterOf(node).arrive(bob));
    await until(() => link.kept("up") > 0, "the arrival to be on its way");
    link.orphan();
    expect(await arrival).to.be.instanceOf(StoreUnavailable);
    expect(await rosterOf(node).arrive(bob)).to.equal(true);
    expect(await rosterOf(node).leave(bob.accountId)).to.equal(true);
    const landed = async () => {
      const [row] = await place.query("SELECT state_change::text FROM pg_stat_activity WHERE client_port = $1", [
        link.port,
      ]);
      return row?.state_change;
    };
    const before = await landed();
    link.set("up", "pass");
    await eventually(async () => (await landed()) !== before, "what was kept to land");
    expect(await everyone(other)).to.deep.equal([ana]);
  });

  it("a node stores its users again after a database crash that lost unsynced updates", async () => {
    const [node, other] = [await open(), await open()];
    for (const who of [ana, bob]) await rosterOf(node).arrive(who);
    // As it is after one: a connection breaks, and some rows are those of a moment ago.
    await place.query("DELETE FROM roster WHERE username = 'bob'");
    await place.query("INSERT INTO roster SELECT 'eve', node_id, 3, 0 FROM roster");
    await node.terminate("roster");
    await eventually(async () => (await everyone(other)).length === 2 && !(await rosterOf(other).find("eve")), "order");
    expect(await everyone(other)).to.deep.equal([ana, bob]);
  });

  it("concurrent joins and leaves of one account are stored one after the other", async () => {
    const node = await open();
    const changes = await changesOf(node);
    const roster = rosterOf(node);
    const told = range(1, 10).flatMap(() => [roster.arrive(ana), roster.leave(ana.accountId)]);
    expect(await Promise.all(told)).to.deep.equal(told.map(() => true));
    expect(await changes(20)).to.deep.equal(range(1, 10).flatMap(() => [came(ana), went(ana)]));
    const [first, second, left] = await Promise.all([roster.arrive(ana), roster.arrive(ana), roster.leave(1)]);
    expect([first, second, left]).to.deep.equal([true, false, true]);
  });

  it("the roster keeps changes for the retention time, keeps the last one, and reports removed ones as unknown", async () => {
    const node = await open({ changeRetentionMs: 0 });
    const roster = rosterOf(node);
    const { place: before } = await roster.changes();
    await roster.arrive(ana);
    const { place: first } = await roster.changes();
    await roster.leave(ana.accountId);
    const kept = async () => (await place.query("SELECT place FROM roster_changes")).length;
    await eventually(async () => (await kept()) === 1, "changes to be forgotten");
    const { place: last } = await roster.changes();
    for (const since of [before, first, last - 1, last + 1]) {
      expect(await roster.changes(since), `since ${since}`).to.deep.equal({ changes: undefined, place: last });
    }
    // By one that forgets nothing so soon.
    await node.close();
    const next = rosterOf(await open());
    expect(await next.changes(last)).to.deep.equal({ changes: [], place: last });
    await next.arrive(bob);
    expect((await next.changes(last)).changes).to.deep.equal([came(bob)]);
  });

  it("the roster returns no changes if there are too many", async () => {
    const node = await open();
    const { place: start } = await rosterOf(node).changes();
    const users = range(1, 2_100).map((i) => ({ accountId: 100 + i, username: `user-${i}`, since: NOON }));
    await Promise.all(users.map((who) => rosterOf(node).arrive(who)));
    const { changes, place: end } = await rosterOf(node).changes(start);
    expect(changes).to.equal(undefined);
    expect(end).to.equal((await rosterOf(node).changes()).place);
    expect(await rosterOf(node).changes(end)).to.deep.equal({ changes: [], place: end });
  });
});
