import { expect } from "chai";
import type { Online, RosterChange } from "../../../src/server/presence/ports/roster.ts";
import { NOON, range } from "../../support/storeFixture.ts";
import { type NewSharedFixture, type SharedStore, useNodes, whilst } from "./nodes.ts";

/** Tests the contract of `Roster` (src/server/presence/ports/roster.ts) between nodes that share a store. */
export function describeSharedRoster(name: string, offset: NewSharedFixture): void {
  describe(`The roster that nodes share in ${name}`, () => {
    const nodes = useNodes(offset, 3);
    const node = (i: number) => (nodes[i] as SharedStore).roster;
    const [ana, bob] = ["ana", "bob"].map((username, i) => ({ accountId: i + 1, username, since: NOON + i })) as [
      Online,
      Online,
    ];
    const came = ({ username }: Online): RosterChange => ({ username, online: true });
    const went = ({ username }: Online): RosterChange => ({ username, online: false });
    /** The online users, which must be the same on every node. */
    const everyone = async () => {
      const pages = await Promise.all(nodes.map(({ roster }) => roster.page("", 100)));
      for (const page of pages) expect(page).to.deep.equal(pages[0]);
      return pages[0]?.users;
    };

    it("the roster is the same on every node", async () => {
      await node(0).arrive(ana);
      await node(1).arrive(bob);
      expect(await everyone()).to.deep.equal([ana, bob]);
      for (const { roster } of nodes) expect(await roster.find("ana")).to.deep.equal(ana);
      await node(0).leave(ana.accountId);
      expect(await everyone()).to.deep.equal([bob]);
    });

    it("a user on two nodes is online once, since the earlier time, until they leave both", async () => {
      const { offset: start } = await node(2).changes();
      expect(await node(1).arrive({ ...ana, since: NOON + 60 })).to.equal(true);
      expect(await node(0).arrive(ana)).to.equal(false);
      expect(await everyone()).to.deep.equal([ana]);
      expect(await node(2).page("", 1)).to.deep.equal({ users: [ana], total: 1 });
      expect(await node(0).leave(ana.accountId)).to.equal(false);
      expect(await everyone()).to.deep.equal([{ ...ana, since: NOON + 60 }]);
      expect(await node(1).leave(ana.accountId)).to.equal(true);
      expect(await everyone()).to.deep.equal([]);
      expect((await node(2).changes(start)).changes).to.deep.equal([came(ana), went(ana)]);
    });

    it("leaving a node where a user never was does not take the user offline", async () => {
      await node(0).arrive(ana);
      expect(await node(1).leave(ana.accountId)).to.equal(false);
      expect(await everyone()).to.deep.equal([ana]);
    });

    it("a user who joins on all nodes at once comes online once, and goes offline with the last leave", async () => {
      for (const _ of range(1, 20)) {
        const arrived = await Promise.all(nodes.map(({ roster }) => roster.arrive(ana)));
        expect(arrived.filter((isNew) => isNew)).to.have.length(1);
        const left = await Promise.all(nodes.map(({ roster }) => roster.leave(ana.accountId)));
        expect(left.filter((isLast) => isLast)).to.have.length(1);
      }
      expect(await everyone()).to.deep.equal([]);
    });

    it("every node gets all changes in one order while users come and go", async () => {
      const { offset: start } = await node(0).changes();
      const comeAndGo = async (i: number) => {
        const people = range(1, 20).map((j) => ({ accountId: 100 * i + j, username: `user-${i}-${j}`, since: NOON }));
        for (const who of people) await node(i).arrive(who);
        await Promise.all(people.map((who) => node(i).leave(who.accountId)));
      };
      const going = Promise.all(range(0, 2).map(comeAndGo));
      const told: RosterChange[][] = nodes.map(() => []);
      const look = async (i: number, from: number) => {
        const { changes, offset: next } = await node(i).changes(from);
        told[i]?.push(...(changes as RosterChange[]));
        return next;
      };
      const watch = async (i: number) => {
        let from = start;
        await whilst(going, async () => {
          from = await look(i, from);
        });
        await look(i, from);
      };
      await Promise.all(range(0, 2).map(watch));
      expect(told[0]).to.have.length(120);
      expect(told[1]).to.deep.equal(told[0]);
      expect(told[2]).to.deep.equal(told[0]);
      const balance = new Map<string, boolean>();
      for (const { username, online } of told[0] as RosterChange[]) {
        expect(balance.get(username) ?? false, username).to.equal(!online);
        balance.set(username, online);
      }
    });

    it("the users of a closed node stay online, so that they can reconnect to another node", async () => {
      await node(0).arrive(ana);
      await node(1).arrive(ana);
      await node(0).arrive(bob);
      const { offset: start } = await node(1).changes();
      await (nodes[0] as SharedStore).close();
      expect((await node(1).page("", 100)).users).to.deep.equal([ana, bob]);
      expect(await node(2).arrive(bob)).to.equal(false);
      expect((await node(2).changes(start)).changes).to.deep.equal([]);
    });
  });
}
