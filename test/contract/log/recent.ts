import { expect } from "chai";
import fc from "fast-check";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  type NewStoreFixture,
  type Person,
  post,
  useEmptyStore,
  useStore,
} from "../../support/storeFixture.ts";
import { anyCommand, LogModel } from "./model.ts";

/**
 * `recent`: the id at which the newest messages begin that an account may see. Two engines repeat the rule of `maySee`
 * (src/server/log/entry.ts) in SQL: `recent` of engines/sqlite/reader.ts, and `RECENT` of engines/postgres/log.ts.
 * The test against a model compares both with `maySee`.
 */
export function describeRecent(newFixture: NewStoreFixture): void {
  describe("recent in a short log", () => {
    const store = useEmptyStore(newFixture);

    it("recent is the first visible message if there are fewer than asked for, and 0 if there is none", async () => {
      const [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      expect(await store.log.recent(eve.accountId, 10)).to.equal(0);
      await store.log.append([draft(ana, "1", { to: bob }), draft(bob, "2", { to: ana })]);
      expect(await store.log.recent(eve.accountId, 10)).to.equal(0);
      expect(await store.log.recent(bob.accountId, 10)).to.equal(1);
      await store.log.append([draft(ana, "3"), draft(eve, "4")]);
      expect(await store.log.recent(eve.accountId, 2)).to.equal(3);
      expect(await store.log.recent(eve.accountId, 1_000)).to.equal(3);
    });
  });

  describe("recent", () => {
    const store = useStore(newFixture);

    it("recent counts an account's own private messages, and not those of others", async () => {
      const [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      const head = await headOf(store.log);
      await store.log.append([
        draft(ana, "1, to all"),
        draft(ana, "2, to bob", { to: bob }),
        draft(bob, "3, to ana", { to: ana }),
        draft(bob, "4, to himself", { to: bob }),
        draft(eve, "5, to all"),
      ]);
      const recent = async ({ accountId }: Person, counts: number[]) =>
        (await Promise.all(counts.map((count) => store.log.recent(accountId, count)))).map((id) => id - head);
      expect(await recent(ana, [1, 2, 3, 4]), "ana").to.deep.equal([5, 3, 2, 1]);
      expect(await recent(bob, [1, 2, 3, 4, 5]), "bob").to.deep.equal([5, 4, 3, 2, 1]);
      expect(await recent(eve, [1, 2]), "eve").to.deep.equal([5, 1]);
    });

    it("recent counts messages only, and neither edits nor deletions nor deleted messages", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      await store.log.append(["1", "2", "3"].map((text) => draft(ana, text)));
      await store.log.append([edit(ana, head + 1, "1, edited"), deletion(ana, head + 2)]);
      expect(await store.log.recent(ana.accountId, 1)).to.equal(head + 3);
      expect(await store.log.recent(ana.accountId, 2)).to.equal(head + 1);
    });

    it("recent does not reach truncated messages", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      await store.log.append(["1", "2", "3", "4"].map((text) => draft(ana, text)));
      await store.log.truncate(head + 3);
      expect(await store.log.recent(ana.accountId, 4)).to.equal(head + 3);
      await store.log.truncate(head + 5);
      expect(await store.log.recent(ana.accountId, 4)).to.equal(0);
      await post(store.log, draft(ana, "5"));
      expect(await store.log.recent(ana.accountId, 4)).to.equal(head + 5);
    });

    it("recent agrees with a model of the log", async () => {
      const people = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      const head = await headOf(store.log);
      await store.log.truncate(head + 1);
      const model = new LogModel({ headId: head });
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyCommand(people), { minLength: 1, maxLength: 8 }),
          fc.integer({ min: 1, max: 30 }),
          async (commands, count) => {
            const batch = commands.map((command) => command(model));
            model.append(batch);
            await store.log.append(batch);
            for (const { accountId } of people) {
              expect(await store.log.recent(accountId, count)).to.equal(model.recent(accountId, count));
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}
