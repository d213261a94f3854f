import { expect } from "chai";
import { type NewStorePlace, NOON, range, useStore } from "../support/storeFixture.ts";

/** What every keeper of accounts keeps to (room/ports/accounts.ts). */
export function describeAccountStore(name: string, place: NewStorePlace): void {
  describe(`The accounts of ${name}`, () => {
    const store = useStore(place);

    async function create(username: string, passwordHash = "a hash") {
      const account = await store.accounts.create(username, passwordHash, NOON);
      if (account === undefined) throw new Error(`${username} is taken`);
      return account;
    }

    it("give an account an id from 1 on, and find it by its name", async () => {
      const hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
      const account = await create("ana", hash);
      expect(account).to.include({ username: "ana", passwordHash: hash });
      expect(account.id).to.be.at.least(1);
      expect(await store.accounts.find("ana")).to.deep.equal(account);
    });

    it("find nobody under a name that no account has", async () => {
      await create("bob");
      for (const name of ["rob", "bo", "bobb", "BOB", " bob", "b%", ""]) {
        expect(await store.accounts.find(name), name).to.equal(undefined);
      }
    });

    it("give a name once, and leave the first account as it was", async () => {
      const account = await create("carol", "the first");
      expect(await store.accounts.create("carol", "the second", NOON)).to.equal(undefined);
      expect(await store.accounts.find("carol")).to.deep.equal(account);
    });

    it("give a name to one of those who want it at once", async () => {
      const all = await Promise.all(range(1, 20).map((i) => store.accounts.create("dave", `hash ${i}`, NOON)));
      const created = all.filter((account) => account !== undefined);
      expect(created).to.have.length(1);
      expect(await store.accounts.find("dave")).to.deep.equal(created[0]);
    });

    it("give every account an id of its own", async () => {
      const all = await Promise.all(range(1, 20).map((i) => create(`user-${i}`)));
      expect(new Set(all.map(({ id }) => id)).size).to.equal(20);
    });

    it("replace a hash, and that of no other account", async () => {
      const [eve, frank] = [await create("eve"), await create("frank")];
      await store.accounts.setPasswordHash(eve.id, "a new one");
      expect(await store.accounts.find("eve")).to.deep.equal({ ...eve, passwordHash: "a new one" });
      expect(await store.accounts.find("frank")).to.deep.equal(frank);
    });

    it("are all there in a store that was closed and opened again, and no id comes a second time", async () => {
      const grace = await create("grace");
      await store.accounts.setPasswordHash(grace.id, "a new one");
      await store.reopen();
      expect(await store.accounts.find("grace")).to.deep.equal({ ...grace, passwordHash: "a new one" });
      expect(await store.accounts.create("grace", "another", NOON)).to.equal(undefined);
      expect((await create("heidi")).id).to.be.above(grace.id);
    });
  });
}
