import { expect } from "chai";
import fc from "fast-check";
import { Counters } from "../../src/server/chat/counters.ts";
import { ReplyQueue } from "../../src/server/chat/replyQueue.ts";
import { ResponseBuilder } from "../../src/server/chat/responseBuilder.ts";
import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import { MemoryRoster } from "../../src/server/engines/memory/index.ts";
import type { Entry } from "../../src/server/log/entry.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { Reader } from "../../src/server/log/reader.ts";
import { PresenceFeed } from "../../src/server/presence/presenceFeed.ts";
import { within } from "../support/deadline.ts";
import { decode, encoder, idsOf, kindsOf } from "../support/encoder.ts";
import { message } from "../support/messages.ts";

const RESPONSE = DEFAULT_SIZES.responseBytes;

/** An empty log. The tests put messages into the replica directly. */
const EMPTY = {
  state: async () => ({ logId: "log", headId: 0, oldestId: 1 }),
  read: async () => [],
} as unknown as LogStore;

/** `timeline`: the size of the timeline, in bytes. */
async function setUp({ timeline = DEFAULT_SIZES.timelineBytes } = {}) {
  const log = await LogReplica.open(EMPTY, encoder, { ...DEFAULT_SIZES, timelineBytes: timeline });
  const replies = new ReplyQueue(1_000, () => {});
  let ready = Promise.withResolvers<void>();
  const roster = new MemoryRoster();
  const feed = new PresenceFeed(roster, 1, () => {
    ready.resolve();
    ready = Promise.withResolvers<void>();
  });
  await feed.begin();
  let people = 1;
  const responses = new ResponseBuilder({
    encoder,
    replies,
    feed,
    counters: new Counters(),
    username: "ana",
    readUpTo: 0,
    maxBytes: RESPONSE,
  });
  const reply = (text: string) =>
    replies.open().settle(encoder.event({ kind: "rejected", reason: "TEXT_EMPTY", message: text }, "r"));
  const come = async (username: string) => {
    const published = ready.promise;
    people += 1;
    await roster.arrive({ accountId: people, username, since: 0 });
    feed.markDirty();
    await within(published, "the presence change");
  };
  return {
    log,
    responses,
    reply,
    come,
    say: (...entries: Entry[]) => log.ingest(entries),
    join: (after = log.headId) =>
      responses.join(new Reader(log, 1, { after, gap: false, changesAfter: 0 }), "the join"),
  };
}

const many = (from: number, count: number, length: number) =>
  Array.from({ length: count }, (_, i) => message(from + i, { length }));

describe("ResponseBuilder", () => {
  it("there is no response if there is nothing to send", async () => {
    const { responses, join } = await setUp();
    expect(responses.next()).to.equal(undefined);
    join();
    responses.next();
    expect(responses.next()).to.equal(undefined);
    expect(responses.hasMore).to.equal(false);
  });

  it("a response has the replies first, then the messages, then the presence change", async () => {
    const { responses, join, reply, say, come } = await setUp();
    join();
    responses.next();
    reply("no");
    say(message(1));
    await come("bob");
    expect(kindsOf(responses.next() ?? new Uint8Array())).to.deep.equal(["rejected", "message", "presence"]);
  });

  it("replies are sent also before the join", async () => {
    const { responses, reply } = await setUp();
    reply("no");
    expect(kindsOf(responses.next() ?? new Uint8Array())).to.deep.equal(["rejected"]);
  });

  it("the end of the replay is sent with the request id of the join, and with the cursor", async () => {
    const { responses, join, say } = await setUp();
    say(message(1), message(2));
    join(0);
    const response = decode(responses.next() ?? new Uint8Array());
    expect(response.events.map(({ event }) => event?.$case)).to.deep.equal(["message", "message", "caughtUp"]);
    expect(response.events.map(({ requestId }) => requestId)).to.deep.equal(["", "", "the join"]);
    expect(Number(response.cursor)).to.equal(2);
  });

  it("the end of an empty replay is sent with the cursor too", async () => {
    const { responses, join, say } = await setUp();
    say(message(1), message(2));
    join();
    const response = decode(responses.next() ?? new Uint8Array());
    expect(response.events.map(({ event }) => event?.$case)).to.deep.equal(["caughtUp"]);
    expect(Number(response.cursor)).to.equal(2);
  });

  it("the presence changes since the join are sent as one, when the replay is over", async () => {
    const { responses, join, say, come } = await setUp();
    say(...many(1, 100, 4_000));
    join(0);
    await come("bob");
    await come("eve");
    const kinds: string[] = [];
    for (let response = responses.next(); response !== undefined; response = responses.next()) {
      kinds.push(...kindsOf(response).filter((kind) => kind !== "message"));
    }
    expect(kinds).to.deep.equal(["caughtUp", "presence"]);
  });

  it("a move of the read marker is sent once, after the replies, and only the newest", async () => {
    const { responses, join, reply, say } = await setUp();
    join();
    responses.next();
    responses.noteRead(5);
    responses.noteRead(9);
    responses.noteRead(7);
    reply("no");
    say(message(1));
    expect(responses.hasMore).to.equal(true);
    const { events } = decode(responses.next() ?? new Uint8Array());
    expect(events.map(({ event }) => event?.$case)).to.deep.equal(["rejected", "read", "message"]);
    expect(events[1]?.event?.value).to.deep.equal({ upToId: 9n });
    expect(events[1]?.requestId).to.equal("");
    expect(responses.next()).to.equal(undefined);
    expect(responses.hasMore).to.equal(false);
  });

  it("a move of the read marker moves no cursor", async () => {
    const { responses, join, say } = await setUp();
    say(message(1), message(2));
    join();
    responses.next();
    responses.noteRead(2);
    expect(decode(responses.next() ?? new Uint8Array())).to.deep.include({ cursor: 0n });
    expect(responses.cursor()).to.equal(undefined);
  });

  it("a marker that is not beyond the one that the client knows is not sent", async () => {
    const { responses, join } = await setUp();
    join();
    responses.next();
    responses.noteRead(0);
    expect([responses.hasMore, responses.next()]).to.deep.equal([false, undefined]);
    responses.noteRead(5);
    responses.next();
    responses.noteRead(5);
    responses.noteRead(4);
    expect([responses.hasMore, responses.next()]).to.deep.equal([false, undefined]);
  });

  it("a move of the read marker before the join is sent after the join", async () => {
    const { responses, join } = await setUp();
    responses.noteRead(5);
    expect([responses.hasMore, responses.next()]).to.deep.equal([false, undefined]);
    join();
    expect(kindsOf(responses.next() ?? new Uint8Array())).to.deep.equal(["read", "caughtUp"]);
  });

  it("no presence change is sent while the replay waits for a page", async () => {
    const { responses, join, say, come } = await setUp({ timeline: 1_000 });
    say(...many(1, 10, 400));
    join(0);
    await come("bob");
    expect(responses.next()).to.equal(undefined);
  });

  it("a presence change that did not fit into a full response is sent in the next one", async () => {
    const { responses, join, say, come } = await setUp();
    join();
    responses.next();
    say(...many(1, 15, 4_000));
    await come("bob");
    const kinds = kindsOf(responses.next() ?? new Uint8Array());
    if (responses.hasMore) kinds.push(...kindsOf(responses.next() ?? new Uint8Array()));
    expect(kinds.at(-1)).to.equal("presence");
    expect(responses.hasMore).to.equal(false);
  });

  it("the cursor moves past messages that the user may not see, once", async () => {
    const { responses, join, say } = await setUp();
    join();
    responses.next();
    say(message(1, { from: 7, to: 8 }), message(2, { from: 8, to: 7 }));
    expect(responses.next()).to.equal(undefined);
    expect(Number(decode(responses.cursor() ?? new Uint8Array()).cursor)).to.equal(2);
    expect(responses.cursor()).to.equal(undefined);
  });

  it("a response has at most 64 KiB, unless one event alone is larger, and every message is sent once", async () => {
    const burst = fc.record({
      messages: fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 12 }),
      replies: fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 12 }),
      isRead: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { minLength: 1, maxLength: 5 }), async (bursts) => {
        const { responses, join, say, reply } = await setUp();
        join();
        const seen: number[] = [];
        let rejected = 0;
        let id = 0;
        for (const { messages, replies, isRead } of bursts) {
          if (isRead) responses.noteRead(id + 1);
          say(...messages.map((length) => message(++id, { length })));
          for (const length of replies) reply("n".repeat(length));
          for (let response = responses.next(); response !== undefined; response = responses.next()) {
            const kinds = kindsOf(response);
            if (kinds.length > 1) expect(response.length, `${kinds}`).to.be.at.most(RESPONSE);
            seen.push(...idsOf(response));
            rejected += kinds.filter((kind) => kind === "rejected").length;
          }
        }
        expect(seen).to.deep.equal(Array.from({ length: id }, (_, i) => i + 1));
        expect(rejected).to.equal(bursts.reduce((sum, { replies }) => sum + replies.length, 0));
      }),
      {
        numRuns: 60,
        examples: [[[{ messages: [20_041, 19_330, 7_698], replies: [6_039, 7_780, 4_489], isRead: true }]]],
      },
    );
  });

  it("a response has at most 64 KiB also if the replay ends in a full one", async () => {
    for (let length = 4_000; length < 4_080; length++) {
      const { responses, join, say } = await setUp();
      say(...many(1, 16, length));
      join(0);
      for (let response = responses.next(); response !== undefined; response = responses.next()) {
        expect(response.length, `texts of ${length}`).to.be.at.most(RESPONSE);
      }
    }
  });
});
