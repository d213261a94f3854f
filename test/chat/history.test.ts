import { expect } from "chai";
import { HistoryResponse } from "../../src/gen/obrolan/v1/chat.ts";
import { Counters } from "../../src/server/chat/counters.ts";
import { History, type HistoryRequest } from "../../src/server/chat/history.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import type { HistoryQuery, LogStore } from "../../src/server/log/ports/logStore.ts";
import { override } from "../support/engines.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { deletion, draft, edit, enlist, headOf, type Person, post, range, useStore } from "../support/storeFixture.ts";

const LARGEST_INT32 = 2 ** 31 - 1;

describe("History", () => {
  const store = useStore(sqliteFixture);
  let ana: Person;
  let bob: Person;
  let eve: Person;
  let base: number;
  let counters: Counters;
  let queries: HistoryQuery[];
  let history: History;
  beforeEach(async () => {
    [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
    base = await headOf(store.log);
    await store.log.truncate(base + 1);
    counters = new Counters();
    queries = [];
    const log = override<LogStore>(store.log, {
      history: (query) => {
        queries.push(query);
        return store.log.history(query);
      },
    });
    history = new History({ log, accounts: store.accounts, counters, stopwatch: systemStopwatch });
  });

  const page = ({ accountId }: Person, request: Partial<HistoryRequest> = {}) =>
    history.page(accountId, { beforeId: 0, peer: "", pageSize: 0, ...request });
  /** The texts of a page, and `nextBeforeId` relative to `base`. */
  const texts = async (...args: Parameters<typeof page>) => {
    const { messages, nextBeforeId } = await page(...args);
    return [messages.map(({ text }) => text), nextBeforeId === 0 ? 0 : nextBeforeId - base];
  };

  it("an empty log has an empty last page", async () => {
    expect(await page(ana)).to.deep.equal({ messages: [], nextBeforeId: 0 });
  });

  it("pages go backwards from the newest message, and the last one has no next page", async () => {
    await store.log.append(range(1, 7).map((i) => draft(bob, `${i}`)));
    expect(await texts(ana, { pageSize: 3 })).to.deep.equal([["5", "6", "7"], 5]);
    expect(await texts(ana, { pageSize: 3, beforeId: base + 5 })).to.deep.equal([["2", "3", "4"], 2]);
    expect(await texts(ana, { pageSize: 3, beforeId: base + 2 })).to.deep.equal([["1"], 0]);
    expect(await texts(ana, { pageSize: 7 }), "exactly all").to.deep.equal([range(1, 7).map(String), 0]);
    expect(await texts(ana, { beforeId: base + 1 }), "before the oldest").to.deep.equal([[], 0]);
  });

  it("0 and an id beyond the head begin at the newest message", async () => {
    await store.log.append([draft(bob, "1"), draft(bob, "2")]);
    for (const beforeId of [0, base + 3, base + 1_000, Number.MAX_SAFE_INTEGER]) {
      expect(await texts(ana, { beforeId }), `${beforeId}`).to.deep.equal([["1", "2"], 0]);
    }
  });

  it("a page has 50 messages by default, and at most 500", async () => {
    await store.log.append(range(1, 600).map((i) => draft(bob, `${i}`)));
    const sizes = [];
    for (const pageSize of [0, -1, -(2 ** 31), 1, 499, 500, 501, LARGEST_INT32]) {
      sizes.push((await page(ana, { pageSize })).messages.length);
    }
    expect(sizes).to.deep.equal([50, 50, 50, 1, 499, 500, 500, 500]);
  });

  it("a page has what the user may see, as it is now", async () => {
    await post(store.log, draft(bob, "to all"));
    await post(store.log, draft(bob, "to ana", { to: ana }));
    await post(store.log, draft(bob, "to eve", { to: eve }));
    await post(store.log, draft(ana, "to bob", { to: bob, replyTo: base + 2 }));
    await post(store.log, draft(ana, "deleted"));
    await post(store.log, edit(bob, base + 1, "to all of you"));
    await post(store.log, deletion(ana, base + 5));
    expect(await texts(ana)).to.deep.equal([["to all of you", "to ana", "to bob"], 0]);
    expect(await texts(eve)).to.deep.equal([["to all of you", "to eve"], 0]);
    const { messages } = await page(ana);
    expect(messages[0]).to.include({ editId: base + 6 });
    expect(messages[2]).to.include({ replyTo: base + 2, sender: ana.username, recipient: bob.username });
  });

  it("a page with a peer has the private messages between the two", async () => {
    await post(store.log, draft(bob, "to all"));
    await post(store.log, draft(bob, "1", { to: ana }));
    await post(store.log, draft(ana, "2", { to: bob }));
    await post(store.log, draft(ana, "to eve", { to: eve }));
    await post(store.log, draft(ana, "a note", { to: ana }));
    await post(store.log, draft(bob, "3", { to: ana }));
    expect(await texts(ana, { peer: bob.username })).to.deep.equal([["1", "2", "3"], 0]);
    expect(await texts(ana, { peer: bob.username.toUpperCase(), pageSize: 2 })).to.deep.equal([["2", "3"], 3]);
    expect(await texts(ana, { peer: bob.username, beforeId: base + 3 })).to.deep.equal([["1"], 0]);
    expect(await texts(ana, { peer: ana.username }), "notes to oneself").to.deep.equal([["a note"], 0]);
    expect(await texts(eve, { peer: bob.username }), "nothing between them").to.deep.equal([[], 0]);
  });

  it("an unknown peer, and a text that is not a name, give an empty last page", async () => {
    await post(store.log, draft(bob, "to all"));
    for (const peer of ["nobody", "not a name!", "a\0b", "x".repeat(60_000), " ", "%"]) {
      expect(await page(ana, { peer }), peer.slice(0, 20)).to.deep.equal({ messages: [], nextBeforeId: 0 });
    }
    expect(queries).to.deep.equal([]);
  });

  it("a page on the wire is smaller than 1 MiB, and the next page goes on where it ends", async () => {
    const text = "x".repeat(60_000);
    for (const _ of range(1, 5)) await store.log.append(range(1, 10).map(() => draft(bob, text)));
    const seen: number[] = [];
    let beforeId = 0;
    do {
      const { messages, nextBeforeId } = await page(ana, { beforeId, pageSize: 500 });
      const names = { sender: bob.username, recipient: "", replyTo: 2n ** 53n };
      const times = { sentAt: new Date(), editedAt: new Date() };
      const wire = messages.map(({ id }) => ({ id: BigInt(id), ...names, text, ...times }));
      const bytes = HistoryResponse.encode({ messages: wire, nextBeforeId: BigInt(nextBeforeId) }).finish().length;
      expect(bytes).to.be.below(1024 * 1024);
      if (nextBeforeId !== 0) expect(messages.length).to.be.at.least(10);
      seen.unshift(...messages.map(({ id }) => id - base));
      beforeId = nextBeforeId;
    } while (beforeId !== 0);
    expect(seen).to.deep.equal(range(1, 50));
  });

  it("the overhead of 500 messages with the longest names fits into a page too", async () => {
    await page(ana, { pageSize: 500 });
    const { maxBytes = 0 } = queries[0] ?? {};
    const name = "x".repeat(32);
    const message = {
      id: 2n ** 53n,
      sender: name,
      recipient: name,
      text: "x".repeat(Math.floor(maxBytes / 500)),
      sentAt: new Date(2 ** 45 - 1),
      editedAt: new Date(2 ** 45 - 1),
      replyTo: 2n ** 53n,
    };
    const response = { messages: range(1, 500).map(() => message), nextBeforeId: 2n ** 53n };
    expect(HistoryResponse.encode(response).finish().length).to.be.below(1024 * 1024);
  });

  it("history ends where the log was truncated", async () => {
    await store.log.append(range(1, 5).map((i) => draft(bob, `${i}`)));
    await store.log.truncate(base + 4);
    expect(await texts(ana, { pageSize: 2 })).to.deep.equal([["4", "5"], 0]);
    expect(await texts(ana, { beforeId: base + 3 })).to.deep.equal([[], 0]);
  });

  it("pages are counted", async () => {
    await page(ana);
    await page(ana, { peer: "nobody" });
    await page(ana, { peer: bob.username });
    expect(counters.historyTimes.count).to.equal(2);
  });
});
