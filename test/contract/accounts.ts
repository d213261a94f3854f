import { expect } from "chai";
import { type NewStoreFixture, NOON, range, useStore } from "../support/storeFixture.ts";

/** Tests the contract of `AccountStore` (src/server/accounts/ports/accountStore.ts). */
export function describeAccountStore(name: string, newFixture: NewStoreFixture): void {
  describe(`The accounts of ${name}`, () => {
    const store = useStore(newFixture);

    async function create(username: string, passwordHash = "a hash") {
      const account = await store.accounts.create(username, passwordHash, NOON);
      if (account === undefined) throw new Error(`${username} is taken`);
      return account;
    }

    it("a created account has an id from 1 on, and is found by its name", async () => {
      const hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
      const account = await create("ana", hash);
      expect(account).to.include({ username: "ana", passwordHash: hash });
      expect(account.id).to.be.at.least(1);
      expect(await store.accounts.find("ana")).to.deep.equal(account);
    });

    it("find returns no account for an unknown username, however similar to a known one", async () => {
      await create("bob");
      for (const name of ["rob", "bo", "bobb", "BOB", " bob", "b%", ""]) {
        expect(await store.accounts.find(name), name).to.equal(undefined);
      }
    });

    it("create gives a taken username to no other account, and the first account stays as it was", async () => {
      const account = await create("carol", "the first");
      expect(await store.accounts.create("carol", "the second", NOON)).to.equal(undefined);
      expect(await store.accounts.find("carol")).to.deep.equal(account);
    });

    it("one of several concurrent creations with one username succeeds", async () => {
      const all = await Promise.all(range(1, 20).map((i) => store.accounts.create("dave", `hash ${i}`, NOON)));
      const created = all.filter((account) => account !== undefined);
      expect(created).to.have.length(1);
      expect(await store.accounts.find("dave")).to.deep.equal(created[0]);
    });

    it("every account has an id of its own", async () => {
      const all = await Promise.all(range(1, 20).map((i) => create(`user-${i}`)));
      expect(new Set(all.map(({ id }) => id)).size).to.equal(20);
    });

    it("setPasswordHash changes the hash of one account", async () => {
      const [eve, frank] = [await create("eve"), await create("frank")];
      await store.accounts.setPasswordHash(eve.id, "a new one");
      expect(await store.accounts.find("eve")).to.deep.equal({ ...eve, passwordHash: "a new one" });
      expect(await store.accounts.find("frank")).to.deep.equal(frank);
    });

    it("accounts survive a restart of the store, and no id is given twice", async () => {
      const grace = await create("grace");
      await store.accounts.setPasswordHash(grace.id, "a new one");
      await store.reopen();
      expect(await store.accounts.find("grace")).to.deep.equal({ ...grace, passwordHash: "a new one" });
      expect(await store.accounts.create("grace", "another", NOON)).to.equal(undefined);
      expect((await create("heidi")).id).to.be.above(grace.id);
    });
  });
}
