import { expect } from "chai";
import fc from "fast-check";
import { Counters } from "../../src/server/chat/counters.ts";
import { ReplyQueue } from "../../src/server/chat/replyQueue.ts";
import { ResponseBuilder } from "../../src/server/chat/responseBuilder.ts";
import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import { MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { Message } from "../../src/server/log/message.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { Reader } from "../../src/server/log/reader.ts";
import { PresenceFeed } from "../../src/server/presence/presenceFeed.ts";
import { within } from "../support/deadline.ts";
import { decode, encoder, idsOf, kindsOf } from "../support/encoder.ts";
import { message } from "../support/messages.ts";

const RESPONSE = DEFAULT_SIZES.responseBytes;

/** An empty log: what comes is put into it by hand. */
const EMPTY = {
  state: async () => ({ logId: "log", headId: 0, oldestId: 1 }),
  read: async () => [],
} as unknown as LogStore;

/** `timeline`: how much of what was said is at hand, in bytes. */
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
  const delivery = new ResponseBuilder({
    encoder,
    replies,
    feed,
    counters: new Counters(),
    username: "ana",
    maxBytes: RESPONSE,
  });
  const reply = (text: string) =>
    replies.open().settle(encoder.event({ kind: "rejected", reason: "TEXT_EMPTY", message: text }, "r"));
  const come = async (username: string) => {
    const gathered = ready.promise;
    people += 1;
    await roster.arrive({ accountId: people, username, since: 0 });
    feed.markDirty();
    await within(gathered, "the gathering");
  };
  return {
    log,
    delivery,
    reply,
    come,
    say: (...messages: Message[]) => log.ingest(messages),
    join: (after = log.headId) => delivery.join(new Reader(log, 1, { after, gap: false }), "the join"),
  };
}

const many = (from: number, count: number, length: number) =>
  Array.from({ length: count }, (_, i) => message(from + i, { length }));

describe("The responses of a stream", () => {
  it("are none where there is nothing to say", async () => {
    const { delivery, join } = await setUp();
    expect(delivery.next()).to.equal(undefined);
    join();
    delivery.next();
    expect(delivery.next()).to.equal(undefined);
    expect(delivery.hasMore).to.equal(false);
  });

  it("have the replies first, then the log, then who came", async () => {
    const { delivery, join, reply, say, come } = await setUp();
    join();
    delivery.next();
    reply("no");
    say(message(1));
    await come("bob");
    expect(kindsOf(delivery.next() ?? new Uint8Array())).to.deep.equal(["rejected", "message", "presence"]);
  });

  it("have replies also before the join", async () => {
    const { delivery, reply } = await setUp();
    reply("no");
    expect(kindsOf(delivery.next() ?? new Uint8Array())).to.deep.equal(["rejected"]);
  });

  it("tell that the replay is over, under the request id of the join, with the cursor", async () => {
    const { delivery, join, say } = await setUp();
    say(message(1), message(2));
    join(0);
    const response = decode(delivery.next() ?? new Uint8Array());
    expect(response.events.map(({ event }) => event?.$case)).to.deep.equal(["message", "message", "caughtUp"]);
    expect(response.events.map(({ requestId }) => requestId)).to.deep.equal(["", "", "the join"]);
    expect(Number(response.cursor)).to.equal(2);
  });

  it("tell that there was nothing to replay, with the cursor too", async () => {
    const { delivery, join, say } = await setUp();
    say(message(1), message(2));
    join();
    const response = decode(delivery.next() ?? new Uint8Array());
    expect(response.events.map(({ event }) => event?.$case)).to.deep.equal(["caughtUp"]);
    expect(Number(response.cursor)).to.equal(2);
  });

  it("tell who came only when the replay is over, and then all who came since the join", async () => {
    const { delivery, join, say, come } = await setUp();
    say(...many(1, 100, 4_000));
    join(0);
    await come("bob");
    await come("eve");
    const kinds: string[] = [];
    for (let response = delivery.next(); response !== undefined; response = delivery.next()) {
      kinds.push(...kindsOf(response).filter((kind) => kind !== "message"));
    }
    expect(kinds).to.deep.equal(["caughtUp", "presence"]);
  });

  it("tell nothing of who came while the replay waits for a page", async () => {
    const { delivery, join, say, come } = await setUp({ timeline: 1_000 });
    say(...many(1, 10, 400));
    join(0);
    await come("bob");
    expect(delivery.next()).to.equal(undefined);
  });

  it("are not at an end while somebody has come of whom the full one could not tell", async () => {
    const { delivery, join, say, come } = await setUp();
    join();
    delivery.next();
    say(...many(1, 15, 4_000));
    await come("bob");
    const kinds = kindsOf(delivery.next() ?? new Uint8Array());
    if (delivery.hasMore) kinds.push(...kindsOf(delivery.next() ?? new Uint8Array()));
    expect(kinds.at(-1)).to.equal("presence");
    expect(delivery.hasMore).to.equal(false);
  });

  it("move the cursor past what cannot be seen, once", async () => {
    const { delivery, join, say } = await setUp();
    join();
    delivery.next();
    say(message(1, { from: 7, to: 8 }), message(2, { from: 8, to: 7 }));
    expect(delivery.next()).to.equal(undefined);
    expect(Number(decode(delivery.cursor() ?? new Uint8Array()).cursor)).to.equal(2);
    expect(delivery.cursor()).to.equal(undefined);
  });

  it("have at most 64 KiB, unless one event alone is larger, and every message once, however much there is to say", async () => {
    const burst = fc.record({
      messages: fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 12 }),
      replies: fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { minLength: 1, maxLength: 5 }), async (bursts) => {
        const { delivery, join, say, reply } = await setUp();
        join();
        const seen: number[] = [];
        let rejected = 0;
        let id = 0;
        for (const { messages, replies } of bursts) {
          say(...messages.map((length) => message(++id, { length })));
          for (const length of replies) reply("n".repeat(length));
          for (let response = delivery.next(); response !== undefined; response = delivery.next()) {
            const kinds = kindsOf(response);
            if (kinds.length > 1) expect(response.length, `${kinds}`).to.be.at.most(RESPONSE);
            seen.push(...idsOf(response));
            rejected += kinds.filter((kind) => kind === "rejected").length;
          }
        }
        expect(seen).to.deep.equal(Array.from({ length: id }, (_, i) => i + 1));
        expect(rejected).to.equal(bursts.reduce((sum, { replies }) => sum + replies.length, 0));
      }),
      { numRuns: 60, examples: [[[{ messages: [20_041, 19_330, 7_698], replies: [6_039, 7_780, 4_489] }]]] },
    );
  });

  it("have at most 64 KiB also where the replay ends in a full one", async () => {
    for (let length = 4_000; length < 4_080; length++) {
      const { delivery, join, say } = await setUp();
      say(...many(1, 16, length));
      join(0);
      for (let response = delivery.next(); response !== undefined; response = delivery.next()) {
        expect(response.length, `texts of ${length}`).to.be.at.most(RESPONSE);
      }
    }
  });
});
