import { expect } from "chai";
import fc from "fast-check";
import { type Message, maySee } from "../../../src/server/log/entry.ts";
import type { HistoryPage, HistoryQuery } from "../../../src/server/log/ports/logStore.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  type NewStoreFixture,
  type Person,
  range,
  readAfter,
  useEmptyStore,
  useStore,
} from "../../support/storeFixture.ts";
import { anyCommand, LogModel } from "./model.ts";

/** Beyond the head of any log. */
const END = Number.MAX_SAFE_INTEGER;

/**
 * `history`: pages of messages, backwards. Two engines repeat the rule of `maySee` (src/server/log/entry.ts) in SQL. The
 * test against a model compares both with `maySee`.
 */
export function describeHistory(newFixture: NewStoreFixture): void {
  describe("history", () => {
    const store = useStore(newFixture);
    let ana: Person;
    let bob: Person;
    let eve: Person;
    let head: number;
    beforeEach(async () => {
      [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      head = await headOf(store.log);
      await store.log.truncate(head + 1);
    });

    const page = ({ accountId }: Person, more: Partial<HistoryQuery> = {}) =>
      store.log.history({ accountId, peerId: undefined, beforeId: END, maxMessages: 100, maxBytes: 1e6, ...more });
    const ids = ({ messages }: HistoryPage) => messages.map(({ id }) => id - head);
    const texts = ({ messages }: HistoryPage) => messages.map(({ text }) => text);

    it("a page has every field of its messages, in order of id", async () => {
      await store.log.append([
        draft(ana, "1"),
        draft(ana, "2, to bob", { to: bob, replyTo: head + 1, requestId: "r" }),
        edit(ana, head + 1, "1, edited"),
      ]);
      const [first, second] = await readAfter(store.log, head);
      expect(await page(bob)).to.deep.equal({ messages: [first, second], hasOlder: false });
    });

    it("a page has public messages and an account's own private ones, and not those of others", async () => {
      await store.log.append([
        draft(ana, "1, to all"),
        draft(ana, "2, to bob", { to: bob }),
        draft(bob, "3, to ana", { to: ana }),
        draft(bob, "4, to himself", { to: bob }),
        draft(eve, "5, to all"),
        draft(eve, "6, to ana", { to: ana }),
      ]);
      expect(ids(await page(ana))).to.deep.equal([1, 2, 3, 5, 6]);
      expect(ids(await page(bob))).to.deep.equal([1, 2, 3, 4, 5]);
      expect(ids(await page(eve))).to.deep.equal([1, 5, 6]);
    });

    it("a conversation has the private messages of two accounts to each other", async () => {
      await store.log.append([
        draft(ana, "1, to all"),
        draft(ana, "2, to bob", { to: bob }),
        draft(bob, "3, to ana", { to: ana }),
        draft(ana, "4, to eve", { to: eve }),
        draft(bob, "5, to eve", { to: eve }),
        draft(ana, "6, to herself", { to: ana }),
        draft(bob, "7, to himself", { to: bob }),
        draft(ana, "8, to bob", { to: bob }),
      ]);
      const conversation = async (of: Person, { accountId: peerId }: Person) => ids(await page(of, { peerId }));
      expect(await conversation(ana, bob)).to.deep.equal([2, 3, 8]);
      expect(await conversation(bob, ana)).to.deep.equal([2, 3, 8]);
      expect(await conversation(eve, ana)).to.deep.equal([4]);
      expect(await conversation(ana, ana)).to.deep.equal([6]);
      expect(await conversation(bob, bob)).to.deep.equal([7]);
      expect(await conversation(eve, eve)).to.deep.equal([]);
      expect(await page(ana, { peerId: eve.accountId + 1_000 })).to.deep.equal({ messages: [], hasOlder: false });
    });

    it("a page says whether there is anything older that its account may see", async () => {
      await store.log.append([
        draft(bob, "1, to eve", { to: eve }),
        draft(ana, "2, to bob", { to: bob }),
        draft(ana, "3"),
        draft(ana, "4"),
      ]);
      const older = async (of: Person, more: Partial<HistoryQuery>) => {
        const found = await page(of, more);
        return [ids(found), found.hasOlder];
      };
      expect(await older(ana, { maxMessages: 2 })).to.deep.equal([[3, 4], true]);
      expect(await older(ana, { maxMessages: 3 })).to.deep.equal([[2, 3, 4], false]);
      expect(await older(ana, { maxMessages: 1, beforeId: head + 3 })).to.deep.equal([[2], false]);
      expect(await older(ana, { beforeId: head + 2 })).to.deep.equal([[], false]);
      expect(await older(bob, { peerId: ana.accountId, maxMessages: 1 })).to.deep.equal([[2], false]);
      expect(await older(ana, { beforeId: 1 })).to.deep.equal([[], false]);
    });

    it("a page ends before the bound of its texts in bytes, but has at least one message", async () => {
      await store.log.append(
        range(1, 5).map((i) => draft(ana, `${i}\u{1f600}\u{1f600}${"x".repeat(i === 3 ? 91 : 1)}`)),
      );
      const bounded = async (maxBytes: number, beforeId = END) => {
        const found = await page(ana, { maxBytes, beforeId });
        return [ids(found), found.hasOlder];
      };
      expect(await bounded(1)).to.deep.equal([[5], true]);
      expect(await bounded(19)).to.deep.equal([[5], true]);
      expect(await bounded(20)).to.deep.equal([[4, 5], true]);
      expect(await bounded(119)).to.deep.equal([[4, 5], true]);
      expect(await bounded(120)).to.deep.equal([[3, 4, 5], true]);
      expect(await bounded(139)).to.deep.equal([[2, 3, 4, 5], true]);
      expect(await bounded(140)).to.deep.equal([[1, 2, 3, 4, 5], false]);
      expect(await bounded(50, head + 4)).to.deep.equal([[3], true]);
      expect(await bounded(1, head + 2)).to.deep.equal([[1], false]);
    });

    it("a page has edited messages as they are now, and no deleted ones, nor edits and deletions", async () => {
      await store.log.append([
        draft(ana, "1"),
        draft(ana, "2"),
        draft(ana, "3", { to: bob }),
        edit(ana, head + 1, "1, edited"),
        deletion(ana, head + 2),
        edit(ana, head + 3, "3, edited"),
        edit(ana, head + 3, "3, edited twice"),
      ]);
      const all = ["1, edited", "3, edited twice"];
      expect(texts(await page(ana))).to.deep.equal(all);
      expect(texts(await page(bob))).to.deep.equal(all);
      expect(texts(await page(eve))).to.deep.equal(["1, edited"]);
      expect(texts(await page(bob, { peerId: ana.accountId }))).to.deep.equal(["3, edited twice"]);
      await store.log.append([deletion(ana, head + 3)]);
      expect(await page(bob, { peerId: ana.accountId })).to.deep.equal({ messages: [], hasOlder: false });
      expect(await page(bob, { beforeId: head + 1 })).to.deep.equal({ messages: [], hasOlder: false });
    });

    it("a page ends where the log begins, and then nothing is older", async () => {
      await store.log.append(range(1, 6).map((i) => draft(ana, `${i}`, i % 2 === 0 ? { to: bob } : {})));
      await store.log.truncate(head + 4);
      expect(ids(await page(ana))).to.deep.equal([4, 5, 6]);
      expect(await page(ana, { maxMessages: 3 })).to.include({ hasOlder: false });
      expect(await page(ana, { beforeId: head + 4 })).to.deep.equal({ messages: [], hasOlder: false });
    });

    it("an accepted message is in the history at once", async () => {
      for (const i of range(1, 20)) {
        await store.log.append([draft(ana, `${i}`, i % 2 === 0 ? { to: bob } : {})]);
        expect(ids(await page(ana, { maxMessages: 1 }))).to.deep.equal([i]);
      }
    });
  });

  describe("history page by page", () => {
    const store = useEmptyStore(newFixture);

    it("history agrees with a model of the log, and its pages together with maySee", async () => {
      const people = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      const model = new LogModel({ headId: 0 });
      const step = fc.record({
        commands: fc.array(anyCommand(people), { minLength: 1, maxLength: 10 }),
        truncate: fc.option(fc.integer({ min: 0, max: 40 }), { freq: 6, nil: undefined }),
        maxMessages: fc.integer({ min: 1, max: 12 }),
        maxBytes: fc.constantFrom(1, 10, 40, 1_000),
        beforeId: fc.option(fc.nat({ max: 400 }), { nil: END }),
      });
      await fc.assert(
        fc.asyncProperty(step, async ({ commands, truncate, beforeId, ...bounds }) => {
          const batch = commands.map((command) => command(model));
          model.append(batch);
          await store.log.append(batch);
          if (truncate !== undefined) {
            await store.log.truncate(model.headId - truncate);
            model.truncate(model.headId - truncate);
          }
          for (const { accountId } of people) {
            for (const peerId of [undefined, ...people.map((peer) => peer.accountId)]) {
              const query = { accountId, peerId, beforeId, ...bounds };
              expect(await store.log.history(query)).to.deep.equal(model.history(query));
            }
            const all = await allPages(store.log.history.bind(store.log), { accountId, peerId: undefined, ...bounds });
            expect(all).to.deep.equal(model.messages.filter((message) => maySee(accountId, message)));
          }
        }),
        { numRuns: 15 },
      );
    });
  });
}

/** The messages of all pages, as a client gets them. */
async function allPages(
  history: (query: HistoryQuery) => Promise<HistoryPage>,
  query: Omit<HistoryQuery, "beforeId">,
): Promise<Message[]> {
  const all: Message[] = [];
  for (let beforeId = END; ; ) {
    const { messages, hasOlder } = await history({ ...query, beforeId });
    all.unshift(...messages);
    if (!hasOlder) return all;
    beforeId = messages[0]?.id ?? 0;
  }
}
