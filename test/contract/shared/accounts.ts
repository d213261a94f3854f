import { expect } from "chai";
import { draft, enlist, NOON, range, signIn } from "../../support/storeFixture.ts";
import { type NewSharedFixture, type SharedStore, useNodes } from "./nodes.ts";

/** The contract of accounts, sessions and failed sign-ins if several nodes share them. */
export function describeSharedAccounts(name: string, newFixture: NewSharedFixture): void {
  describe(`The accounts and sessions that nodes share in ${name}`, () => {
    const nodes = useNodes(newFixture, 3);
    const node = (i: number) => nodes[i % nodes.length] as SharedStore;

    it("one of a hundred concurrent creations of a username over all nodes succeeds", async function () {
      this.timeout(60_000);
      for (const round of range(1, 20)) {
        const username = `name-${round}`;
        const wanting = range(1, 100).map((i) => node(i).accounts.create(username, `hash ${i}`, NOON));
        const created = (await Promise.all(wanting)).filter((account) => account !== undefined);
        expect(created, username).to.have.length(1);
        for (const { accounts } of nodes) expect(await accounts.find(username)).to.deep.equal(created[0]);
      }
    });

    it("accounts of all nodes have distinct ids", async () => {
      const people = await Promise.all(range(1, 60).map((i) => enlist(node(i), "user")));
      expect(new Set(people.map(({ accountId }) => accountId)).size).to.equal(60);
      expect(new Set(people.map(({ sessionId }) => sessionId)).size).to.equal(60);
    });

    it("a session is valid on every node, and ended on every node", async () => {
      const ana = await enlist(node(0), "ana");
      for (const { sessions } of nodes) expect(await sessions.find(ana.tokenHash)).to.include({ id: ana.sessionId });
      const phone = await signIn(node(1), ana);
      expect(await node(2).sessions.end(ana.sessionId, true)).to.have.members([ana.sessionId, phone.sessionId]);
      for (const { sessions, log } of nodes) {
        expect(await sessions.find(ana.tokenHash)).to.equal(undefined);
        expect(await sessions.ended([ana.sessionId, phone.sessionId])).to.have.length(2);
        expect(await log.append([draft(ana, "hello")])).to.deep.equal([{ kind: "session-ended" }]);
      }
    });

    it("a user without sessions is offline on all nodes, and is online again with another session", async () => {
      const ana = await enlist(node(0), "ana");
      const phone = await signIn(node(1), ana);
      const who = { accountId: ana.accountId, username: ana.username, since: NOON };
      const { offset: start } = await node(0).roster.changes();
      for (const i of [0, 1]) await node(i).roster.arrive(who);
      await node(2).sessions.end(phone.sessionId, false);
      expect(await node(2).roster.find(ana.username), "with one session left").to.deep.equal(who);
      await node(2).sessions.end(ana.sessionId, false);
      for (const { roster } of nodes) expect(await roster.page("", 10)).to.deep.equal({ users: [], total: 0 });

      await signIn(node(2), ana);
      const back = { ...who, since: NOON + 1 };
      expect(await node(0).roster.arrive(back)).to.equal(true);
      // This node learns only now that the session has ended.
      expect(await node(1).roster.leave(ana.accountId)).to.equal(false);
      for (const { roster } of nodes) expect(await roster.find(ana.username)).to.deep.equal(back);
      const online = (await node(0).roster.changes(start)).changes?.map((change) => change.online);
      expect(online).to.deep.equal([true, false, true]);
    });

    it("concurrent touches, purges and ends of sessions on all nodes do not deadlock", async () => {
      const people = await Promise.all(range(1, 60).map((i) => enlist(node(i), "user")));
      const ids = people.map(({ sessionId }) => sessionId);
      const shuffled = (seed: number) => [...ids].sort((a, b) => ((a * seed) % 101) - ((b * seed) % 101));
      for (const round of range(1, 10)) {
        await Promise.all(
          nodes.flatMap(({ sessions, log }, i) => [
            sessions.touch(shuffled(round * 7 + i), NOON + round),
            sessions.touch(shuffled(round * 11 + i), NOON + round),
            sessions.purge(NOON - 1, NOON - 1),
            sessions.end(ids[round * 3 + i] as number, true),
            log.append(people.map((who) => draft(who, "hello"))),
          ]),
        );
      }
      const [first] = people;
      expect(await node(1).sessions.find(first?.tokenHash as Uint8Array)).to.include({ lastUsedAt: NOON + 10 });
    });

    it("failed logins are counted over all nodes", async () => {
      await Promise.all(range(1, 30).map((i) => node(i).failedLogins.fail("ana", NOON)));
      for (const { failedLogins: attempts } of nodes)
        expect(await attempts.find("ana", NOON)).to.deep.equal({ count: 30, lastAt: NOON });
      await node(2).failedLogins.clear("ana");
      for (const { failedLogins: attempts } of nodes) expect(await attempts.find("ana", NOON)).to.equal(undefined);
    });
  });
}
