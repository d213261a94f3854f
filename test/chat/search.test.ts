import { expect } from "chai";
import { SearchResponse } from "../../src/gen/obrolan/v1/chat.ts";
import { Counters } from "../../src/server/chat/counters.ts";
import { Search, type SearchRequest } from "../../src/server/chat/search.ts";
import { Refusal } from "../../src/server/common/refusal.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import type { SearchIndex, SearchQuery, SearchResult } from "../../src/server/search/ports/searchIndex.ts";
import { Gate, gated, override } from "../support/engines.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  NOON,
  type Person,
  post,
  range,
  useStore,
} from "../support/storeFixture.ts";

const LARGEST_INT32 = 2 ** 31 - 1;
const EMPTY = { messages: [], nextPageToken: "" };

describe("Search", () => {
  const store = useStore(sqliteFixture);
  let ana: Person;
  let bob: Person;
  let eve: Person;
  let base: number;
  let counters: Counters;
  let queries: SearchQuery[];
  let search: Search;
  beforeEach(async () => {
    [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
    base = await headOf(store.log);
    await store.log.truncate(base + 1);
    counters = new Counters();
    queries = [];
    search = searchOn(
      override<SearchIndex>(store.search, {
        search: (query) => {
          queries.push(query);
          return store.search.search(query);
        },
      }),
    );
  });

  const searchOn = (index: SearchIndex) =>
    new Search({ index, accounts: store.accounts, secrets: new NodeSecrets(), counters, stopwatch: systemStopwatch });
  const answering = (result: SearchResult) =>
    searchOn(override<SearchIndex>(store.search, { search: async () => result }));

  const request = (more: Partial<SearchRequest>): SearchRequest => ({
    query: "word",
    sender: "",
    peer: "",
    since: undefined,
    until: undefined,
    pageSize: 0,
    pageToken: "",
    ...more,
  });
  const page = ({ accountId }: Person, more: Partial<SearchRequest> = {}, on = search) =>
    on.page(accountId, request(more));
  const texts = async (...args: Parameters<typeof page>) => (await page(...args)).messages.map(({ text }) => text);
  const refusal = async (...args: Parameters<typeof page>): Promise<Refusal> => {
    const error = await page(...args).catch((each) => each);
    expect(error).to.be.instanceOf(Refusal);
    return error;
  };
  const index = async () => {
    while (await store.search.advance());
  };
  const append = async (...drafts: Parameters<typeof store.log.append>[0]) => {
    await store.log.append(drafts);
    await index();
  };

  it("a page has what the user may see, as it is now, the newest first", async () => {
    await append(
      draft(bob, "word 1 to all"),
      draft(bob, "word 2 to ana", { to: ana }),
      draft(bob, "word 3 to eve", { to: eve }),
      draft(ana, "word 4 to bob", { to: bob, replyTo: base + 2 }),
      draft(ana, "word 5, deleted"),
    );
    await post(store.log, edit(bob, base + 1, "word 1 to all of you"));
    await post(store.log, deletion(ana, base + 5));
    expect(await texts(ana)).to.deep.equal(["word 4 to bob", "word 2 to ana", "word 1 to all of you"]);
    expect(await texts(eve)).to.deep.equal(["word 3 to eve", "word 1 to all of you"]);
    const { messages } = await page(ana);
    expect(messages[0]).to.include({ replyTo: base + 2, sender: ana.username, recipient: bob.username });
    expect(messages[2]).to.include({ editId: base + 6 });
  });

  it("sender, peer, since and until leave out messages", async () => {
    await append(
      draft(bob, "word 1", { at: NOON + 1 }),
      draft(bob, "word 2", { to: ana, at: NOON + 2 }),
      draft(ana, "word 3", { to: bob, at: NOON + 3 }),
      draft(ana, "word 4", { to: ana, at: NOON + 4 }),
      draft(eve, "word 5", { at: NOON + 5 }),
    );
    expect(await texts(ana, { sender: bob.username.toUpperCase() })).to.deep.equal(["word 2", "word 1"]);
    expect(await texts(ana, { peer: bob.username.toUpperCase() })).to.deep.equal(["word 3", "word 2"]);
    expect(await texts(ana, { peer: bob.username, sender: ana.username })).to.deep.equal(["word 3"]);
    expect(await texts(ana, { peer: ana.username }), "notes to oneself").to.deep.equal(["word 4"]);
    expect(await texts(ana, { since: NOON + 2, until: NOON + 5 })).to.deep.equal(["word 4", "word 3", "word 2"]);
    expect(await texts(ana, { since: NOON + 6 })).to.deep.equal([]);
    expect(await texts(ana, { until: -62_135_596_800_000 })).to.deep.equal([]);
    expect(await texts(ana, { since: 253_402_300_799_999 })).to.deep.equal([]);
  });

  it("an unknown sender or peer, and a text that is not a name, give an empty last page", async () => {
    await append(draft(bob, "word"));
    queries.length = 0;
    for (const name of ["nobody", "not a name!", "a\0b", "x".repeat(60_000), " ", "%"]) {
      expect(await page(ana, { sender: name }), name.slice(0, 20)).to.deep.equal(EMPTY);
      expect(await page(ana, { peer: name }), name.slice(0, 20)).to.deep.equal(EMPTY);
      expect(await page(ana, { sender: bob.username, peer: name }), name.slice(0, 20)).to.deep.equal(EMPTY);
    }
    expect(queries).to.deep.equal([]);
  });

  it("a query that is not valid is refused, also for an unknown sender and with a bad token", async () => {
    for (const query of ["", "!?", '"open', "a ".repeat(33), "x".repeat(1_025)]) {
      const refused = await refusal(ana, { query, sender: "nobody", pageToken: "?" });
      expect(refused, query.slice(0, 20)).to.include({ reason: "QUERY_INVALID", field: "query" });
    }
  });

  it("a page has 20 messages by default, and at most 100", async () => {
    await append(...range(1, 150).map((i) => draft(bob, `word ${i}`)));
    const sizes = [];
    for (const pageSize of [0, -1, -(2 ** 31), 1, 99, 100, 101, LARGEST_INT32]) {
      sizes.push((await page(ana, { pageSize })).messages.length);
    }
    expect(sizes).to.deep.equal([20, 20, 20, 1, 99, 100, 100, 100]);
  });

  it("pages of any sizes lead to every result once, while messages arrive and are edited and deleted", async () => {
    await append(...range(1, 60).map((i) => draft(bob, `word ${i}`)));
    const seen: string[] = [];
    const sizes = [7, 1, 20, 3];
    let pageToken = "";
    for (let i = 0; i === 0 || pageToken !== ""; i += 1) {
      const { messages, nextPageToken } = await page(ana, {
        pageSize: sizes[i % 4] as number,
        pageToken,
      });
      seen.push(...messages.map(({ text }) => text));
      pageToken = nextPageToken;
      await append(draft(bob, `word later ${i}`), edit(bob, base + 60, `word 60, edit ${i}`));
      // The last message of the page before goes; the next page follows it nevertheless.
      await append(deletion(bob, messages.at(-1)?.id ?? 0));
    }
    expect(seen).to.deep.equal(
      range(1, 60)
        .reverse()
        .map((i) => `word ${i}`),
    );
  });

  it("a page that is exactly the rest has no token", async () => {
    await append(draft(bob, "word 1"), draft(bob, "word 2"));
    const first = await page(ana, { pageSize: 1 });
    expect(first.nextPageToken).to.match(/^[\w-]{32}$/);
    expect((await page(ana, { pageSize: 1, pageToken: first.nextPageToken })).nextPageToken).to.equal("");
    expect((await page(ana, { pageSize: 2 })).nextPageToken).to.equal("");
  });

  it("a token is good on another node, with names in upper case, and after a restart", async () => {
    await append(draft(bob, "word 1", { to: ana }), draft(bob, "word 2", { to: ana }));
    const same = { sender: bob.username, peer: bob.username, since: NOON, until: NOON + 1_000, pageSize: 1 };
    const { nextPageToken: pageToken } = await page(ana, same);
    await store.reopen();
    const upper = { ...same, sender: bob.username.toUpperCase(), peer: bob.username.toUpperCase() };
    expect(await texts(ana, { ...upper, pageToken }, searchOn(store.search))).to.deep.equal(["word 1"]);
  });

  it("a token of another search or account, or one that is changed in any character, is refused", async () => {
    await append(draft(bob, "word 1", { to: ana }), draft(bob, "word 2", { to: ana }));
    const own = { sender: bob.username, peer: bob.username, since: NOON, until: NOON + 1_000, pageSize: 1 };
    const { nextPageToken: pageToken } = await page(ana, own);
    const others: Partial<SearchRequest>[] = [
      { query: "word 1" },
      { query: "word " },
      { sender: "" },
      { peer: "" },
      { sender: ana.username },
      { sender: "nobody" },
      { since: undefined },
      { since: NOON - 1 },
      { until: undefined },
      { until: NOON + 1_001 },
    ];
    const isRefused = async (who: Person, more: Partial<SearchRequest>) =>
      expect(await refusal(who, more), JSON.stringify(more).slice(0, 200)).to.include({
        reason: "PAGE_TOKEN_INVALID",
        field: "pageToken",
      });
    for (const other of others) await isRefused(ana, { ...own, pageToken, ...other });
    await isRefused(bob, { ...own, pageToken });
    for (const at of range(0, pageToken.length - 1)) {
      const letter = pageToken[at] === "A" ? "B" : "A";
      await isRefused(ana, { ...own, pageToken: pageToken.slice(0, at) + letter + pageToken.slice(at + 1) });
    }
    const asStandardBase64 = Buffer.from(pageToken, "base64url").toString("base64");
    const forms = [`${pageToken}A`, `${pageToken}=`, ` ${pageToken}`, pageToken.slice(1), pageToken.slice(0, -1)];
    if (asStandardBase64 !== pageToken) forms.push(asStandardBase64);
    for (const form of [...forms, "?", "\0", "A".repeat(32), "_".repeat(32), "é".repeat(32), "x".repeat(60_000)]) {
      await isRefused(ana, { ...own, pageToken: form });
    }
  });

  it("a page on the wire is smaller than 1 MiB, and the next page goes on where it ends", async () => {
    const text = `word ${"x".repeat(60_000)}`;
    for (const _ of range(1, 3)) await append(...range(1, 10).map(() => draft(bob, text)));
    const seen: number[] = [];
    let pageToken = "";
    do {
      const { messages, nextPageToken } = await page(ana, { pageSize: 100, pageToken });
      const names = { sender: bob.username, recipient: "", replyTo: 2n ** 53n };
      const times = { sentAt: new Date(), editedAt: new Date() };
      const wire = messages.map(({ id }) => ({ id: BigInt(id), ...names, text, ...times }));
      const bytes = SearchResponse.encode({ messages: wire, nextPageToken }).finish().length;
      expect(bytes).to.be.below(1024 * 1024);
      if (nextPageToken !== "") expect(messages.length).to.be.at.least(10);
      seen.push(...messages.map(({ id }) => id - base));
      pageToken = nextPageToken;
    } while (pageToken !== "");
    expect(seen).to.deep.equal(range(1, 30).reverse());
  });

  it("an index that is being built, and a search that costs too much, are refused with a wait", async () => {
    const building = await refusal(ana, {}, answering({ kind: "building" }));
    expect(building).to.include({ reason: "INDEX_BUILDING" });
    expect(building.retryAfterMs).to.be.above(0);
    const tooCostly = await refusal(ana, {}, answering({ kind: "too-costly" }));
    expect(tooCostly).to.include({ reason: "OVERLOADED" });
    expect(tooCostly.retryAfterMs).to.be.above(0);
  });

  it("20 searches of all accounts run at once, a further one is refused with a wait, and each that ends makes space", async () => {
    await append(draft(bob, "word"));
    const gate = new Gate();
    gate.shut();
    const busy = searchOn(gated(store.search, gate, "search"));
    const running = range(1, 20).map(() => texts(ana, {}, busy));
    await gate.entered();
    // The lookup of the names of the others has passed, too: none has a name.
    const refused = await refusal(eve, {}, busy);
    expect(refused).to.include({ reason: "OVERLOADED" });
    expect(refused.retryAfterMs).to.be.above(0);
    gate.open();
    for (const found of await Promise.all(running)) expect(found).to.deep.equal(["word"]);
    expect(await texts(eve, {}, busy)).to.deep.equal(["word"]);
  });

  it("searches are counted by their outcome", async () => {
    await append(draft(bob, "word"));
    await page(ana);
    await page(ana, { query: "nothing" });
    await page(ana, { sender: "nobody" });
    await refusal(ana, { query: "" });
    await refusal(ana, {}, answering({ kind: "building" }));
    await refusal(ana, {}, answering({ kind: "too-costly" }));
    expect(Object.fromEntries(counters.searches.entries())).to.deep.equal({
      found: 1,
      nothing: 1,
      building: 1,
      "too-costly": 1,
    });
    expect(counters.searchTimes.count).to.equal(4);
  });
});
