import { expect } from "chai";
import type { Online, Roster, RosterChange } from "../../src/server/presence/ports/roster.ts";
import { NOON } from "../support/storeFixture.ts";

/** What every roster keeps to (room/ports/roster.ts), as one node sees it. `open`: one on which nobody is. */
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

    it("has nobody at first", async () => {
      expect(await roster.page("", 100)).to.deep.equal({ users: [], total: 0 });
      expect(await roster.find("ana")).to.equal(undefined);
    });

    it("has whoever arrived, since then, under their name", async () => {
      expect(await roster.arrive(ana)).to.equal(true);
      expect(await roster.find("ana")).to.deep.equal(ana);
      expect(await roster.find("bob")).to.equal(undefined);
      expect(await everyone()).to.deep.equal([ana]);
    });

    it("has nobody any more who left", async () => {
      await roster.arrive(ana);
      await roster.arrive(bob);
      expect(await roster.leave(ana.accountId)).to.equal(true);
      expect(await roster.find("ana")).to.equal(undefined);
      expect(await everyone()).to.deep.equal([bob]);
    });

    it("says whether that changed anything: who is not here cannot leave", async () => {
      await roster.arrive(bob);
      expect(await roster.leave(ana.accountId)).to.equal(false);
      await roster.arrive(ana);
      expect(await roster.leave(ana.accountId)).to.equal(true);
      expect(await roster.leave(ana.accountId)).to.equal(false);
      expect(await everyone()).to.deep.equal([bob]);
    });

    it("has somebody who comes back since they came back", async () => {
      await roster.arrive(ana);
      await roster.leave(ana.accountId);
      expect(await roster.arrive({ ...ana, since: NOON + 9_000 })).to.equal(true);
      expect(await roster.find("ana")).to.include({ since: NOON + 9_000 });
    });

    it("keeps since when somebody is here who is said to be so again, and says that nothing has changed", async () => {
      const { place } = await roster.changes();
      await roster.arrive(ana);
      expect(await roster.arrive({ ...ana, since: NOON + 9_000 })).to.equal(false);
      expect(await everyone()).to.deep.equal([ana]);
      expect((await roster.changes(place)).changes).to.deep.equal([came(ana)]);
      expect(await roster.leave(ana.accountId)).to.equal(true);
    });

    it("is in order of username, however they came", async () => {
      for (const who of [eve, ana, bob]) await roster.arrive(who);
      expect(await everyone()).to.deep.equal([ana, bob, eve]);
    });

    it("is in the order of ASCII: punctuation, digits, then letters", async () => {
      const names = ["a", "a-b", "a.b", "a0", "a_b", "aa", "b", "0", "z9"];
      for (const [i, username] of [...names].reverse().entries()) {
        await roster.arrive({ accountId: i + 1, username, since: NOON });
      }
      expect((await everyone()).map(({ username }) => username)).to.deep.equal([...names].sort());
    });

    it("gives a page of those behind a name, whether that one is here or not, and how many there are in all", async () => {
      for (const who of [ana, bob, eve]) await roster.arrive(who);
      expect(await roster.page("", 2)).to.deep.equal({ users: [ana, bob], total: 3 });
      expect(await roster.page("bob", 2)).to.deep.equal({ users: [eve], total: 3 });
      expect(await roster.page("bo", 2)).to.deep.equal({ users: [bob, eve], total: 3 });
      expect(await roster.page("eve", 2)).to.deep.equal({ users: [], total: 3 });
      expect(await roster.page("zoe", 2)).to.deep.equal({ users: [], total: 3 });
    });

    it("tells whoever gives no place where its changes end, and none of them", async () => {
      await roster.arrive(ana);
      const { changes, place } = await roster.changes();
      expect(changes).to.equal(undefined);
      expect(await roster.changes(place)).to.deep.equal({ changes: [], place });
    });

    it("tells what has changed since a place, in order, and the place behind it", async () => {
      const { place: start } = await roster.changes();
      await roster.arrive(ana);
      await roster.arrive(bob);
      await roster.leave(ana.accountId);
      const first = await roster.changes(start);
      expect(first.changes).to.deep.equal([came(ana), came(bob), went(ana)]);
      await roster.arrive(ana);
      await roster.leave(bob.accountId);
      const second = await roster.changes(first.place);
      expect(second.changes).to.deep.equal([came(ana), went(bob)]);
      expect((await roster.changes(second.place)).changes).to.deep.equal([]);
    });

    it("tells the same to whoever asks again from the same place, and more where there is more", async () => {
      const { place } = await roster.changes();
      await roster.arrive(ana);
      for (let i = 0; i < 2; i++) expect((await roster.changes(place)).changes).to.deep.equal([came(ana)]);
      await roster.arrive(bob);
      expect((await roster.changes(place)).changes).to.deep.equal([came(ana), came(bob)]);
    });

    it("has no change of what changed nothing", async () => {
      await roster.arrive(bob);
      const { place } = await roster.changes();
      await roster.leave(ana.accountId);
      expect(await roster.changes(place)).to.deep.equal({ changes: [], place });
    });

    it("says that it cannot tell of a place where it never was", async () => {
      await roster.arrive(ana);
      const { place } = await roster.changes();
      expect(await roster.changes(place + 1_000_000)).to.deep.equal({ changes: undefined, place });
    });

    it("tells all that has changed, or that it cannot, however much that is", async () => {
      const { place } = await roster.changes();
      const all = Array.from({ length: 3_000 }, (_, i) => ({ accountId: i + 1, username: `user-${i}`, since: NOON }));
      await Promise.all(all.map((who) => roster.arrive(who)));
      const { changes, place: end } = await roster.changes(place);
      if (changes !== undefined) expect(changes).to.have.deep.members(all.map(came)).and.to.have.length(3_000);
      await roster.arrive({ accountId: 9_000, username: "last", since: NOON });
      expect((await roster.changes(end)).changes).to.deep.equal([{ username: "last", online: true }]);
    });

    it("holds thousands who come and go", async () => {
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
