import { expect } from "chai";
import type { Online, Roster, RosterChange } from "../../src/server/presence/ports/roster.ts";
import { NOON } from "../support/storeFixture.ts";

/** Tests the contract of `Roster` (src/server/presence/ports/roster.ts) within one node. `open`: an empty roster. */
export function describeRoster(name: string, open: () => Promise<{ roster: Roster; close(): Promise<void> }>): void {
  describe(`The roster of ${name}`, () => {
    let roster: Roster;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ roster, close } = await open());
    });
    afterEach(() => close());

    const [ana, bob, eve] = ["ana", "bob", "eve"].map((username, i) => ({
      accountId: i + 1,
      username,
      since: NOON + i,
    })) as [Online, Online, Online];
    const everyone = async () => (await roster.page("", 100)).users;
    const came = ({ username }: Online): RosterChange => ({ username, online: true });
    const went = ({ username }: Online): RosterChange => ({ username, online: false });

    it("a new roster has no users", async () => {
      expect(await roster.page("", 100)).to.deep.equal({ users: [], total: 0 });
      expect(await roster.find("ana")).to.equal(undefined);
    });

    it("a user who arrived is found by username, with the time of arrival", async () => {
      expect(await roster.arrive(ana)).to.equal(true);
      expect(await roster.find("ana")).to.deep.equal(ana);
      expect(await roster.find("bob")).to.equal(undefined);
      expect(await everyone()).to.deep.equal([ana]);
    });

    it("a user who left is not found", async () => {
      await roster.arrive(ana);
      await roster.arrive(bob);
      expect(await roster.leave(ana.accountId)).to.equal(true);
      expect(await roster.find("ana")).to.equal(undefined);
      expect(await everyone()).to.deep.equal([bob]);
    });

    it("arrive and leave resolve with whether the roster has changed", async () => {
      await roster.arrive(bob);
      expect(await roster.leave(ana.accountId)).to.equal(false);
      await roster.arrive(ana);
      expect(await roster.leave(ana.accountId)).to.equal(true);
      expect(await roster.leave(ana.accountId)).to.equal(false);
      expect(await everyone()).to.deep.equal([bob]);
    });

    it("a user who returns is online since the return", async () => {
      await roster.arrive(ana);
      await roster.leave(ana.accountId);
      expect(await roster.arrive({ ...ana, since: NOON + 9_000 })).to.equal(true);
      expect(await roster.find("ana")).to.include({ since: NOON + 9_000 });
    });

    it("a repeated arrive keeps the first time and changes nothing", async () => {
      const { offset } = await roster.changes();
      await roster.arrive(ana);
      expect(await roster.arrive({ ...ana, since: NOON + 9_000 })).to.equal(false);
      expect(await everyone()).to.deep.equal([ana]);
      expect((await roster.changes(offset)).changes).to.deep.equal([came(ana)]);
      expect(await roster.leave(ana.accountId)).to.equal(true);
    });

    it("a page is in order of username", async () => {
      for (const who of [eve, ana, bob]) await roster.arrive(who);
      expect(await everyone()).to.deep.equal([ana, bob, eve]);
    });

    it("a page is in ASCII order: punctuation, digits, then letters", async () => {
      const names = ["a", "a-b", "a.b", "a0", "a_b", "aa", "b", "0", "z9"];
      for (const [i, username] of [...names].reverse().entries()) {
        await roster.arrive({ accountId: i + 1, username, since: NOON });
      }
      expect((await everyone()).map(({ username }) => username)).to.deep.equal([...names].sort());
    });

    it("a page begins after a username, whether that user is online or not, and has the total", async () => {
      for (const who of [ana, bob, eve]) await roster.arrive(who);
      expect(await roster.page("", 2)).to.deep.equal({ users: [ana, bob], total: 3 });
      expect(await roster.page("bob", 2)).to.deep.equal({ users: [eve], total: 3 });
      expect(await roster.page("bo", 2)).to.deep.equal({ users: [bob, eve], total: 3 });
      expect(await roster.page("eve", 2)).to.deep.equal({ users: [], total: 3 });
      expect(await roster.page("zoe", 2)).to.deep.equal({ users: [], total: 3 });
    });

    it("changes without an offset returns the current offset and no changes", async () => {
      await roster.arrive(ana);
      const { changes, offset } = await roster.changes();
      expect(changes).to.equal(undefined);
      expect(await roster.changes(offset)).to.deep.equal({ changes: [], offset });
    });

    it("changes returns the changes since an offset, in order, and the next offset", async () => {
      const { offset: start } = await roster.changes();
      await roster.arrive(ana);
      await roster.arrive(bob);
      await roster.leave(ana.accountId);
      const first = await roster.changes(start);
      expect(first.changes).to.deep.equal([came(ana), came(bob), went(ana)]);
      await roster.arrive(ana);
      await roster.leave(bob.accountId);
      const second = await roster.changes(first.offset);
      expect(second.changes).to.deep.equal([came(ana), went(bob)]);
      expect((await roster.changes(second.offset)).changes).to.deep.equal([]);
    });

    it("changes from the same offset returns the same changes, and later ones", async () => {
      const { offset } = await roster.changes();
      await roster.arrive(ana);
      for (let i = 0; i < 2; i++) expect((await roster.changes(offset)).changes).to.deep.equal([came(ana)]);
      await roster.arrive(bob);
      expect((await roster.changes(offset)).changes).to.deep.equal([came(ana), came(bob)]);
    });

    it("an arrive or leave without effect adds no change", async () => {
      await roster.arrive(bob);
      const { offset } = await roster.changes();
      await roster.leave(ana.accountId);
      expect(await roster.changes(offset)).to.deep.equal({ changes: [], offset });
    });

    it("changes since an unknown offset returns undefined, and the current offset", async () => {
      await roster.arrive(ana);
      const { offset } = await roster.changes();
      expect(await roster.changes(offset + 1_000_000)).to.deep.equal({ changes: undefined, offset });
    });

    it("changes returns all changes, or undefined if there are too many", async () => {
      const { offset } = await roster.changes();
      const all = Array.from({ length: 3_000 }, (_, i) => ({ accountId: i + 1, username: `user-${i}`, since: NOON }));
      await Promise.all(all.map((who) => roster.arrive(who)));
      const { changes, offset: end } = await roster.changes(offset);
      if (changes !== undefined) expect(changes).to.have.deep.members(all.map(came)).and.to.have.length(3_000);
      await roster.arrive({ accountId: 9_000, username: "last", since: NOON });
      expect((await roster.changes(end)).changes).to.deep.equal([{ username: "last", online: true }]);
    });

    it("a roster holds thousands of users who join and leave", async () => {
      const all = Array.from({ length: 3_000 }, (_, i) => ({ accountId: i + 1, username: `user-${i}`, since: NOON }));
      await Promise.all(all.map((who) => roster.arrive(who)));
      await Promise.all(all.filter(({ accountId }) => accountId % 2 === 0).map((who) => roster.leave(who.accountId)));
      const { users, total } = await roster.page("", 5_000);
      expect(total).to.equal(1_500);
      const expected = all.filter(({ accountId }) => accountId % 2 === 1).map(({ username }) => username);
      expect(users.map(({ username }) => username)).to.deep.equal(expected.sort());
    });
  });
}
