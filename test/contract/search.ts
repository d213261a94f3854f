import { expect } from "chai";
import fc from "fast-check";
import { type Message, maySee } from "../../src/server/log/entry.ts";
import type { SearchQuery, SearchResult } from "../../src/server/search/ports/searchIndex.ts";
import { parseQuery, type Term } from "../../src/server/search/query.ts";
import { Splitter } from "../../src/server/search/words.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  messagesAfter,
  type NewStoreFixture,
  NOON,
  type Person,
  post,
  type Store,
  useEmptyStore,
  useStore,
} from "../support/storeFixture.ts";

const splitter = new Splitter();

type Filters = Partial<Omit<SearchQuery, "accountId" | "terms">>;

function queryOf({ accountId }: Person, query: string, filters: Filters): SearchQuery {
  return {
    accountId,
    terms: parseQuery(query, splitter),
    senderId: undefined,
    peerId: undefined,
    since: 0,
    until: Number.POSITIVE_INFINITY,
    beforeId: Number.MAX_SAFE_INTEGER,
    maxMessages: 100,
    maxBytes: 1e6,
    ...filters,
  };
}

function search(store: Store, who: Person, query: string, filters: Filters = {}): Promise<SearchResult> {
  return store.search.search(queryOf(who, query, filters));
}

/** The messages of a page. */
function messagesOf(result: SearchResult): readonly Message[] {
  if (result.kind !== "page") throw new Error(`there is no page: ${result.kind}`);
  return result.messages;
}

/** Indexes all messages. */
async function index(store: Store): Promise<void> {
  while (await store.search.advance());
}

/** Tests the contract of `SearchIndex` (src/server/search/ports/searchIndex.ts). */
export function describeSearchIndex(name: string, newFixture: NewStoreFixture): void {
  describe(`The search index of ${name}`, () => {
    describeLanguages(newFixture);
    describeFilters(newFixture);
    describePages(newFixture);
    describeChanges(newFixture);
    describeBuilding(newFixture);
    describeModel(newFixture);
  });
}

const TEXTS = [
  "Besok kita rapat jam 9 pagi di kantor.",
  "Don't forget: tomorrow's meeting is in the Big Room!",
  "Größere Änderungen müssen wir morgen früh besprechen.",
  "明天的会议改到下午三点半。",
  "明日の会議は３時からです。カタカナ",
  "การประชุมพรุ่งนี้เลื่อนเป็นบ่ายสามโมง",
  "تم تأجيل الاِجتماع إلى الغد",
  'הפגישה נדחתה למחר, אמר דובר צה"ל',
  "🎉👍🏽 great ❤️ 🇮🇩",
  "call +62 812-3456-7890 or mail budi@example.co.id",
  "see https://example.com/docs?q=1 and 192.168.0.1",
  "const x = foo_bar(a[0]); // O'Reilly C++",
  "SOH\u0001byte and a % sign",
];

/** A query, and the index of the texts that it finds. */
const QUERIES: readonly (readonly [query: string, found: readonly number[]])[] = [
  ["rapat", [0]],
  ["RAPAT jam", [0]],
  ["rapat sore", []],
  ["dont forget", [1]],
  ["don’t", [1]],
  ['"the big room"', [1]],
  ['"the room"', []],
  ["meet*", [1]],
  ["m*", [1, 2, 9]],
  ["grossere aenderungen", []],
  ["GRÖSSERE anderungen", [2]],
  ["grossere", [2]],
  ["会议", [3]],
  ["会", [3, 4]],
  ["议会", []],
  ["明* 三点", [3]],
  ["会議 3", [4]],
  ["カタ*", [4]],
  ["ประชุม", [5]],
  ["الاجتماع", [6]],
  ["الاجتماعات", []],
  ["למחר", [7]],
  ['צה"ל', [7]],
  ["👍", [8]],
  ["👍🏿 ❤", [8]],
  ["🇮🇩", [8]],
  ["🇩🇪", []],
  ["812-3456", [9]],
  ["3456-812", []],
  ["example", [9, 10]],
  ["example.com", [10]],
  ["budi@example.co.id", [9]],
  ["192.168*", [10]],
  ["foo_bar", [11]],
  ["oreilly c++", [11]],
  ["soh byte %", [12]],
  ["sohbyte", []],
];

function describeLanguages(newFixture: NewStoreFixture): void {
  describe("texts of many languages", () => {
    const store = useStore(newFixture);
    let ana: Person;
    let head: number;
    before(async () => {
      ana = await enlist(store, "ana");
      head = await headOf(store.log);
      await store.log.append(TEXTS.map((text) => draft(ana, text)));
      await index(store);
    });

    for (const [query, found] of QUERIES) {
      it(`${query} finds ${found.length === 0 ? "nothing" : found.map((i) => TEXTS[i]).join(" | ")}`, async () => {
        const ids = messagesOf(await search(store, ana, query)).map(({ id }) => id - head - 1);
        expect(ids.sort((a, b) => a - b)).to.deep.equal(found);
      });
    }

    it("a word that occurs more than 256 times is found, and the words after it", async () => {
      const id = await post(store.log, draft(ana, `${"ha ".repeat(300)}haha end`));
      await index(store);
      for (const query of ["ha", "haha end", '"haha end"', "end", '"ha ha ha"']) {
        expect(messagesOf(await search(store, ana, query)).map((message) => message.id)).to.deep.equal([id]);
      }
      expect(messagesOf(await search(store, ana, '"ha haha"'))).to.deep.equal([]);
    });

    it("the longest text and the longest query are indexed and searched", async () => {
      const words = Array.from({ length: 819 }, (_, i) => (1_000 + i).toString()).join(" ");
      const id = await post(store.log, draft(ana, words));
      await index(store);
      const query = `"${words.slice(0, 32 * 5 - 1)}"`;
      expect(messagesOf(await search(store, ana, query)).map((message) => message.id)).to.deep.equal([id]);
      expect(messagesOf(await search(store, ana, `${"x.".repeat(511)}`))).to.deep.equal([]);
    });
  });
}

function describeFilters(newFixture: NewStoreFixture): void {
  describe("visibility and filters", () => {
    const store = useStore(newFixture);
    let ana: Person;
    let bob: Person;
    let eve: Person;
    let head: number;
    before(async () => {
      [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      head = await headOf(store.log);
      await store.log.append([
        draft(ana, "word 1 to all", { at: NOON + 10 }),
        draft(ana, "word 2 to bob", { to: bob, at: NOON + 20 }),
        draft(bob, "word 3 to ana", { to: ana, at: NOON + 30 }),
        draft(bob, "word 4 to himself", { to: bob, at: NOON + 30 }),
        draft(bob, "word 5 to all", { at: NOON + 40 }),
        draft(eve, "word 6 to bob", { to: bob, at: NOON + 50 }),
      ]);
      await index(store);
    });

    const found = async (who: Person, filters: Filters = {}) =>
      messagesOf(await search(store, who, "word", filters)).map(({ id }) => id - head);

    it("an account finds public messages and its own private ones, newest first", async () => {
      expect(await found(ana)).to.deep.equal([5, 3, 2, 1]);
      expect(await found(bob)).to.deep.equal([6, 5, 4, 3, 2, 1]);
      expect(await found(eve)).to.deep.equal([6, 5, 1]);
    });

    it("a message has every field", async () => {
      const [message] = messagesOf(await search(store, bob, '"word 2"'));
      expect(message).to.deep.equal((await messagesAfter(store.log, head))[1]);
    });

    it("sender leaves only the messages of one account", async () => {
      expect(await found(ana, { senderId: bob.accountId })).to.deep.equal([5, 3]);
      expect(await found(ana, { senderId: eve.accountId })).to.deep.equal([]);
    });

    it("peer leaves only the private messages with one account", async () => {
      expect(await found(ana, { peerId: bob.accountId })).to.deep.equal([3, 2]);
      expect(await found(bob, { peerId: ana.accountId })).to.deep.equal([3, 2]);
      expect(await found(ana, { peerId: eve.accountId })).to.deep.equal([]);
      expect(await found(ana, { peerId: bob.accountId, senderId: bob.accountId })).to.deep.equal([3]);
    });

    it("peer is oneself for notes to oneself", async () => {
      expect(await found(bob, { peerId: bob.accountId })).to.deep.equal([4]);
      expect(await found(ana, { peerId: ana.accountId })).to.deep.equal([]);
    });

    it("since is included, and until is excluded", async () => {
      expect(await found(bob, { since: NOON + 20, until: NOON + 40 })).to.deep.equal([4, 3, 2]);
      expect(await found(bob, { since: NOON + 30, until: NOON + 31 })).to.deep.equal([4, 3]);
      expect(await found(bob, { since: NOON + 51 })).to.deep.equal([]);
      expect(await found(bob, { until: NOON + 10 })).to.deep.equal([]);
      expect(await found(bob, { since: NOON + 40, until: NOON + 20 })).to.deep.equal([]);
    });
  });
}

function describePages(newFixture: NewStoreFixture): void {
  describe("pages", () => {
    const store = useStore(newFixture);
    let ana: Person;
    let ids: number[];
    before(async () => {
      ana = await enlist(store, "ana");
      const drafts = Array.from({ length: 500 }, (_, i) => draft(ana, i % 3 === 0 ? `needle ${i}` : `hay ${i}`));
      await store.log.append(drafts);
      await index(store);
      const messages = await messagesAfter(store.log, 0);
      ids = messages.filter(({ text }) => text.startsWith("needle")).map(({ id }) => id);
      ids.reverse();
    });

    for (const size of [1, 7, 100]) {
      it(`pages of ${size} have every result once`, async () => {
        const found: number[] = [];
        for (let beforeId = Number.MAX_SAFE_INTEGER; ; ) {
          const result = await search(store, ana, "needle", { beforeId, maxMessages: size });
          const messages = messagesOf(result);
          expect(messages.length).to.be.at.most(size);
          found.push(...messages.map(({ id }) => id));
          if (result.kind !== "page" || !result.hasOlder) break;
          beforeId = found.at(-1) as number;
        }
        expect(found).to.deep.equal(ids);
      });
    }

    it("a page ends before its bound in bytes, and has at least one message", async () => {
      const bytes = (maxBytes: number) => search(store, ana, "needle", { maxBytes, maxMessages: 10 });
      expect(messagesOf(await bytes(1)).length).to.equal(1);
      expect(messagesOf(await bytes(25)).length).to.equal(2);
      expect(await bytes(25)).to.include({ hasOlder: true });
    });

    it("the last page has nothing older, also if it is exactly full", async () => {
      expect(await search(store, ana, "needle", { maxMessages: ids.length })).to.include({ hasOlder: false });
      expect(await search(store, ana, "needle", { maxMessages: ids.length - 1 })).to.include({ hasOlder: true });
    });
  });
}

function describeChanges(newFixture: NewStoreFixture): void {
  describe("edits, deletions and truncation", () => {
    const store = useEmptyStore(newFixture);
    let ana: Person;
    beforeEach(async () => {
      ana = await enlist(store, "ana");
    });

    const found = async (query: string) => messagesOf(await search(store, ana, query)).map(({ id }) => id);

    for (const [when, indexes] of [
      ["indexed", true],
      ["not indexed yet", false],
    ] as const) {
      it(`an edited message that is ${when} is found by its new text only, in its place`, async () => {
        const first = await post(store.log, draft(ana, "old common"));
        const second = await post(store.log, draft(ana, "other common"));
        if (indexes) await index(store);
        await post(store.log, edit(ana, first, "new common"));
        if (!indexes) await index(store);
        expect(await found("old")).to.deep.equal([]);
        expect(await found("new")).to.deep.equal([first]);
        expect(await found("common")).to.deep.equal([second, first]);
        await post(store.log, edit(ana, first, "newest"));
        expect(await found("new")).to.deep.equal([]);
        expect(await found("newest")).to.deep.equal([first]);
        await index(store);
        expect(await found("newest")).to.deep.equal([first]);
      });

      it(`a deleted message that is ${when} is not found`, async () => {
        const id = await post(store.log, draft(ana, "secret"));
        const edited = await post(store.log, draft(ana, "first"));
        await post(store.log, edit(ana, edited, "secret, edited"));
        if (indexes) await index(store);
        await post(store.log, deletion(ana, id));
        await post(store.log, deletion(ana, edited));
        if (indexes) expect(await found("secret")).to.deep.equal([]);
        await index(store);
        expect(await found("secret")).to.deep.equal([]);
      });
    }

    it("a truncated message is not found", async () => {
      const ids = [];
      for (const text of ["word 1", "word 2", "word 3"]) ids.push(await post(store.log, draft(ana, text)));
      await index(store);
      await store.log.truncate(ids[1] as number);
      expect(await found("word")).to.deep.equal([ids[2], ids[1]]);
      await index(store);
      expect(await found("word")).to.deep.equal([ids[2], ids[1]]);
      await store.log.truncate((ids[2] as number) + 1);
      expect(await found("word")).to.deep.equal([]);
      const next = await post(store.log, draft(ana, "word 4"));
      await index(store);
      expect(await found("word")).to.deep.equal([next]);
    });
  });
}

function describeBuilding(newFixture: NewStoreFixture): void {
  describe("building", () => {
    const store = useEmptyStore(newFixture);
    let ana: Person;
    beforeEach(async () => {
      ana = await enlist(store, "ana");
    });

    it("a search in an empty log finds nothing", async () => {
      await index(store);
      expect(await search(store, ana, "word")).to.deep.equal({ kind: "page", messages: [], hasOlder: false });
      expect(await store.search.advance()).to.equal(false);
    });

    it("an index that was never built says so", async () => {
      await store.log.append(Array.from({ length: 1_000 }, (_, i) => draft(ana, `word ${i}`)));
      expect(await search(store, ana, "word")).to.deep.equal({ kind: "building" });
      await store.search.advance();
      await index(store);
      expect(messagesOf(await search(store, ana, "word")).length).to.equal(100);
    });

    it("an index that is complete stays usable while it follows the log, also after a restart", async () => {
      await index(store);
      await post(store.log, draft(ana, "word 1"));
      await index(store);
      await post(store.log, draft(ana, "word 2"));
      await store.reopen();
      expect(messagesOf(await search(store, ana, "word")).length).to.equal(1);
      await index(store);
      expect(messagesOf(await search(store, ana, "word")).length).to.equal(2);
    });
  });
}

/** Whether a text has all terms. */
function matches(text: string, terms: readonly Term[]): boolean {
  const words = splitter.split(text);
  return terms.every((term) =>
    words.some((_, start) =>
      term.words.every((word, i) => {
        const isLast = i === term.words.length - 1;
        const at = words[start + i] ?? "";
        return isLast && term.isPrefix ? at.startsWith(word) : at === word;
      }),
    ),
  );
}

function describeModel(newFixture: NewStoreFixture): void {
  describe("against a model", () => {
    const store = useStore(newFixture);

    it("any query finds what the model finds, after any commands", async () => {
      const people = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      const person = fc.constantFrom(...people);
      const word = fc.constantFrom("a", "b", "ab", "abc", "ba", "会", "会议", "é", "👍", "a.b", "x");
      const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
      const step = fc.oneof(
        {
          weight: 5,
          arbitrary: fc.record({ do: fc.constant("send" as const), from: person, to: fc.option(person), text }),
        },
        { weight: 2, arbitrary: fc.record({ do: fc.constant("edit" as const), which: fc.nat(), text }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), which: fc.nat() }) },
        { weight: 2, arbitrary: fc.record({ do: fc.constant("index" as const) }) },
      );
      const query = fc
        .array(
          fc.oneof(
            word,
            word.map((one) => `${one}*`),
            fc.tuple(word, word).map((two) => `"${two.join(" ")}"`),
          ),
          {
            minLength: 1,
            maxLength: 3,
          },
        )
        .map((parts) => parts.join(" "));
      const filters = fc.record({ who: person, query, sender: fc.option(person), peer: fc.option(person) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 25 }),
          fc.array(filters, { minLength: 3 }),
          async (steps, searches) => {
            const head = await headOf(store.log);
            await store.log.truncate(head + 1);
            for (const one of steps) {
              const messages = await messagesAfter(store.log, head);
              const target = "which" in one ? messages[one.which % Math.max(1, messages.length)] : undefined;
              const author = people.find(({ accountId }) => accountId === target?.senderId);
              if (one.do === "index") await store.search.advance();
              if (one.do === "send") await post(store.log, draft(one.from, one.text, { to: one.to ?? undefined }));
              if (target === undefined || author === undefined) continue;
              if (one.do === "edit") await post(store.log, edit(author, target.id, one.text));
              if (one.do === "delete") await post(store.log, deletion(author, target.id));
            }
            await index(store);
            const messages = await messagesAfter(store.log, head);
            for (const { who, query: wanted, sender, peer } of searches) {
              const terms = parseQuery(wanted, splitter);
              const expected = messages.filter((message) => {
                const { senderId, recipientId } = message;
                const pair = [senderId, recipientId].sort().join();
                return (
                  maySee(who.accountId, message) &&
                  (sender === null || senderId === sender.accountId) &&
                  (peer === null || pair === [who.accountId, peer.accountId].sort().join()) &&
                  matches(message.text, terms)
                );
              });
              const result = await search(store, who, wanted, {
                senderId: sender?.accountId,
                peerId: peer?.accountId,
                maxMessages: 1_000,
              });
              expect(messagesOf(result)).to.deep.equal(expected.reverse());
            }
          },
        ),
        { numRuns: 60 },
      );
    }).timeout(60_000);
  });
}
