import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { fill, type Line } from "../support/fill.ts";
import { NODES } from "../support/fixture.ts";
import { fields } from "../support/protobuf.ts";
import { type Person, useServer } from "../support/server.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

/** Counts messages and keeps the cursor without decoding the events, because there are up to five million. */
class Counter {
  messages = 0;
  cursor = 0n;
  caughtUp = 0;

  take(response: Buffer): void {
    for (const { number, value } of fields(response)) {
      if (typeof value === "bigint") {
        if (number === 2 && value !== 0n) this.cursor = value;
      } else if (number === 1) {
        // The first tag of an event is its kind: 3 is a message, 4 is caught_up.
        if (value[0] === 0x1a) this.messages++;
        if (value.includes(0x22) && isCaughtUp(value)) this.caughtUp++;
      }
    }
  }
}

function isCaughtUp(event: Uint8Array): boolean {
  return event[0] !== 0x1a && [...fields(event)].some(({ number }) => number === 4);
}

const KIB = 1024;

/** The missed messages are read from the store. The page cache holds all of them, or a quarter. */
const cases = [
  // On each of three nodes more than the 32 readers with which a convoy begins.
  { clients: 200, behind: 10_000, cache: "a quarter of what they missed", pageCacheBytes: 256 * KIB, tag: "" },
  { clients: 500, behind: 10_000, cache: "a quarter of what they missed", pageCacheBytes: 256 * KIB, tag: " @long" },
  { clients: 500, behind: 10_000, cache: "all that they missed", pageCacheBytes: 8 * 1024 * KIB, tag: " @long" },
];

for (const { clients, behind, cache, pageCacheBytes, tag } of cases) {
  describe(`${clients} clients, each ${behind} messages behind, and a page cache for ${cache}${tag}`, function () {
    this.timeout(180_000);
    const sizes = { timelineBytes: 64 * KIB, pageCacheBytes, pageMessages: 256 };
    // With a stopwatch that stands still, readers in front wait for the slowest reader, however slow the machine is.
    const server = useServer({ sizes, stopwatch: manualStopwatch() });
    let ana: Person;
    let bob: Person;
    let people: Person[];

    before(async () => {
      people = await Promise.all(Array.from({ length: 10 }, (_, i) => server.person(`p${i}`)));
      [ana, bob] = await server.people("ana", "bob");
      // Every tenth message is private, to one of the ten people in turn.
      const lines = Array.from({ length: behind }, (_, i): Line => {
        const line = { from: ana, text: `${i + 1} `.padEnd(40, ".") };
        const to = people[(i / 10) % 10];
        return i % 10 === 0 && to ? { ...line, to } : line;
      });
      await fill(server, lines);
    });

    it("all clients that return at once catch up, and the store reads each page twice on average at most", async () => {
      const before = server.chatServer.stats().pageReads;
      const sender = await server.enter(bob);
      const counters: Counter[] = [];
      const chats: ChatStream[] = [];
      for (let i = 0; i < clients / 10; i++) {
        const wire = await server.connect();
        for (const person of people) {
          const counter = new Counter();
          counters.push(counter);
          chats.push(wire.chat(person.token, { take: (response) => counter.take(response), deadline: 120_000 }));
        }
      }
      for (const chat of chats) chat.send(join({ resumeAfter: 0n }));
      // Live messages arrive meanwhile.
      let talking = true;
      const talk = (async () => {
        let said = 0;
        for (; talking; said++) await sender.accept(sendAll("meanwhile"));
        return said;
      })();
      for (const [i, chat] of chats.entries()) {
        await chat.until("caught_up", () => (counters[i]?.caughtUp ?? 0) > 0 || undefined);
      }
      talking = false;
      const head = BigInt(behind + (await talk));
      for (const [i, chat] of chats.entries()) {
        await chat.until(`the cursor ${head}`, () => (counters[i]?.cursor ?? 0n) >= head || undefined);
      }
      const visible = behind - behind / 10 + behind / 100 + Number(head) - behind;
      for (const { messages, caughtUp } of counters)
        expect({ messages, caughtUp }).to.deep.equal({ messages: visible, caughtUp: 1 });

      const missed = Math.ceil(Number(head) / sizes.pageMessages);
      const reads = server.chatServer.stats().pageReads - before;
      expect(reads, `reads of ${missed} pages`).to.be.at.least(missed / 2);
      expect(reads, `reads of ${missed} pages`).to.be.at.most(2 * missed * NODES);
    });
  });
}
