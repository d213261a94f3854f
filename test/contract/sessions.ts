import { expect } from "chai";
import {
  enlist,
  type NewStoreFixture,
  NOON,
  newTokenHash,
  type Person,
  signIn,
  useStore,
} from "../support/storeFixture.ts";

/** Tests the contract of `SessionStore` (src/server/accounts/ports/sessionStore.ts). */
export function describeSessionStore(name: string, newFixture: NewStoreFixture): void {
  describe(`The sessions of ${name}`, () => {
    const store = useStore(newFixture);
    const isOpen = async ({ tokenHash }: Pick<Person, "tokenHash">) =>
      (await store.sessions.find(tokenHash)) !== undefined;

    it("a session is found by its token hash, with its account and username", async () => {
      const { accountId, username } = await enlist(store, "ana");
      const tokenHash = newTokenHash();
      const session = await store.sessions.open({ tokenHash, accountId, at: NOON, expiresAt: NOON + 5_000 });
      expect(session).to.include({ accountId, username, expiresAt: NOON + 5_000, lastUsedAt: NOON });
      expect(session.id).to.be.at.least(1);
      expect(await store.sessions.find(tokenHash)).to.deep.equal(session);
    });

    it("find returns no session for another token hash", async () => {
      const { tokenHash } = await enlist(store, "ana");
      expect(await store.sessions.find(newTokenHash())).to.equal(undefined);
      expect(await store.sessions.find(tokenHash.slice(0, 31))).to.equal(undefined);
      expect(await store.sessions.find(new Uint8Array(0))).to.equal(undefined);
    });

    it("an expired session is found too", async () => {
      const { accountId } = await enlist(store, "ana");
      const tokenHash = newTokenHash();
      await store.sessions.open({ tokenHash, accountId, at: 1_000, expiresAt: 2_000 });
      expect(await store.sessions.find(tokenHash)).to.include({ expiresAt: 2_000 });
    });

    it("touch updates the named sessions and no others", async () => {
      const ana = await enlist(store, "ana");
      const [phone, laptop] = [await signIn(store, ana), await signIn(store, ana)];
      await store.sessions.touch([ana.sessionId, phone.sessionId], NOON + 60_000);
      const used = await Promise.all([ana, phone, laptop].map(({ tokenHash }) => store.sessions.find(tokenHash)));
      expect(used.map((session) => (session?.lastUsedAt ?? 0) - NOON)).to.deep.equal([60_000, 60_000, 0]);
    });

    it("touch does not bring an ended session back", async () => {
      const ana = await enlist(store, "ana");
      await store.sessions.end(ana.sessionId, false);
      await store.sessions.touch([ana.sessionId], NOON + 60_000);
      expect(await isOpen(ana)).to.equal(false);
    });

    it("end ends one session", async () => {
      const ana = await enlist(store, "ana");
      const phone = await signIn(store, ana);
      expect(await store.sessions.end(phone.sessionId, false)).to.deep.equal([phone.sessionId]);
      expect([await isOpen(ana), await isOpen(phone)]).to.deep.equal([true, false]);
    });

    it("end everywhere ends all sessions of one account", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const phone = await signIn(store, ana);
      const ended = await store.sessions.end(phone.sessionId, true);
      expect(ended).to.have.members([ana.sessionId, phone.sessionId]).and.to.have.length(2);
      expect(await Promise.all([ana, phone, bob].map(isOpen))).to.deep.equal([false, false, true]);
    });

    it("a second end of a session ends nothing", async () => {
      const ana = await enlist(store, "ana");
      const ended = await Promise.all([1, 2, 3].map(() => store.sessions.end(ana.sessionId, false)));
      expect(ended.flat()).to.deep.equal([ana.sessionId]);
      expect(await store.sessions.end(ana.sessionId, true)).to.deep.equal([]);
    });

    it("ended returns the ids of ended and unknown sessions", async () => {
      const [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      await store.sessions.end(bob.sessionId, false);
      const asked = [ana.sessionId, bob.sessionId, eve.sessionId, eve.sessionId + 1_000];
      expect(await store.sessions.ended(asked)).to.have.members([bob.sessionId, eve.sessionId + 1_000]);
      expect(await store.sessions.ended([ana.sessionId])).to.deep.equal([]);
      expect(await store.sessions.ended([])).to.deep.equal([]);
    });

    it("the id of an ended session is not given again", async () => {
      const ana = await enlist(store, "ana");
      const last = await signIn(store, ana);
      await store.sessions.end(last.sessionId, true);
      expect((await signIn(store, ana)).sessionId).to.be.above(last.sessionId);
      await store.sessions.purge(Number.MAX_SAFE_INTEGER, 0);
      await store.reopen();
      expect((await signIn(store, ana)).sessionId).to.be.above(last.sessionId + 1);
    });

    it("purge removes expired and long unused sessions, and no others", async () => {
      const { accountId } = await enlist(store, "ana");
      const open = async (at: number, expiresAt: number) => {
        const tokenHash = newTokenHash();
        await store.sessions.open({ tokenHash, accountId, at: NOON + at, expiresAt: NOON + expiresAt });
        return { tokenHash };
      };
      const [expired, unused, fresh] = [await open(500, 900), await open(100, 5_000), await open(500, 5_000)];
      await store.sessions.purge(NOON + 1_000, NOON + 200);
      expect(await Promise.all([expired, unused, fresh].map(isOpen))).to.deep.equal([false, false, true]);
    });

    it("purge keeps a session that was used", async () => {
      const ana = await enlist(store, "ana");
      await store.sessions.touch([ana.sessionId], NOON + 1_000);
      await store.sessions.purge(NOON, NOON + 500);
      expect(await isOpen(ana)).to.equal(true);
    });

    it("cap lowers only times that are later than the given ones", async () => {
      const { accountId } = await enlist(store, "ana");
      const open = async (at: number, expiresAt: number) => {
        const tokenHash = newTokenHash();
        await store.sessions.open({ tokenHash, accountId, at: NOON + at, expiresAt: NOON + expiresAt });
        return tokenHash;
      };
      const all = [await open(500, 900), await open(5_000, 900), await open(500, 9_000), await open(5_000, 9_000)];
      await store.sessions.cap(NOON + 1_000, NOON + 2_000);
      const found = await Promise.all(all.map((tokenHash) => store.sessions.find(tokenHash)));
      expect(found.map((session) => session && [session.lastUsedAt - NOON, session.expiresAt - NOON])).to.deep.equal([
        [500, 900],
        [1_000, 900],
        [500, 2_000],
        [1_000, 2_000],
      ]);
    });

    it("sessions survive a restart of the store", async () => {
      const ana = await enlist(store, "ana");
      const phone = await signIn(store, ana);
      await store.sessions.touch([ana.sessionId], NOON + 60_000);
      await store.sessions.end(phone.sessionId, false);
      const before = await store.sessions.find(ana.tokenHash);
      await store.reopen();
      expect(await store.sessions.find(ana.tokenHash)).to.deep.equal(before);
      expect(await isOpen(phone)).to.equal(false);
    });
  });
}
