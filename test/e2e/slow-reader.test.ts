import { expect } from "chai";
import { DEFAULT_TIMINGS } from "../../src/server/common/limits.ts";
import { describeBothWays } from "../support/bothWays.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { help, join, sendAll } from "../support/commands.ts";
import type { Ending } from "../support/ending.ts";
import { turns } from "../support/eventLoop.ts";
import { chatter, fill } from "../support/fill.ts";
import { bytesOf, varintOf } from "../support/protobuf.ts";
import { type Person, useFreshServer, useServer } from "../support/server.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

/** The ids of the messages in a response, without decoding more of it. */
function messageIds(response: Buffer): number[] {
  return bytesOf(response, 1).flatMap((event) => bytesOf(event, 3).map((message) => Number(varintOf(message, 1))));
}

describeBothWays("10 of 20 clients that stop reading while 1,000 texts of 4 KiB pass", function () {
  this.timeout(120_000);
  // A small timeline, so that the next message of a client that has stopped is no longer in memory.
  const server = useServer({ sizes: { timelineBytes: 1024 * 1024 } });
  const total = 1000;
  const all = Array.from({ length: total }, (_, index) => index + 1);

  it("clients that stop reading disturb no other, and get all messages in order when they read on", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const got: number[][] = [];
    const open = async (): Promise<ChatStream> => {
      const ids: number[] = [];
      got.push(ids);
      const chat = await server.open(bob, { take: (response) => ids.push(...messageIds(response)) });
      chat.send(join());
      return chat;
    };
    const reading = await Promise.all(Array.from({ length: 10 }, open));
    const stopped = await Promise.all(Array.from({ length: 10 }, open));
    const sender = await server.enter(ana);
    while (server.chatServer.stats().readers < 21) await sender.ask(help);
    for (const chat of stopped) chat.pause();

    for (let i = 1; i <= total; i++) sender.send(sendAll(`${i} `.padEnd(4096, "x")), `r${i}`);
    await sender.next("message", ({ id }) => id === BigInt(total));
    for (const [i, chat] of reading.entries()) {
      await chat.until("the last message", () => got[i]?.at(-1) === total || undefined);
      expect(got[i]).to.deep.equal(all);
    }
    for (const [i] of stopped.entries()) expect(got[10 + i]?.length).to.be.below(total / 2);
    expect(server.chatServer.stats().readersBehind).to.equal(10);

    for (const chat of stopped) chat.resume();
    for (const [i, chat] of stopped.entries()) {
      await chat.until("the last message", () => got[10 + i]?.at(-1) === total || undefined);
      expect(got[10 + i]).to.deep.equal(all);
    }
  });
});

describeBothWays("A client that sends commands and does not read the replies", function () {
  this.timeout(60_000);
  const server = useServer();
  const total = 20_000;

  it("the server reads no command of a client that reads no replies; when it reads on, all come in order", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    const bobs = await server.enter(bob);
    chat.pause();
    const ids = Array.from({ length: total }, (_, i) => chat.send(help, `${i} `.padEnd(64, ".")));
    for (let i = 0; i < 300; i++) await bobs.accept(sendAll("meanwhile"));
    // What the server has not read waits in this client.
    const waiting = chat.http.writableLength;
    expect(waiting, "bytes that still wait").to.be.greaterThan((total * 70) / 2);
    await bobs.ask(help);
    expect(chat.http.writableLength).to.equal(waiting);

    chat.resume();
    await chat.reply(ids.at(-1) ?? "");
    expect(chat.events.filter((event) => event.event?.$case === "help").map((event) => event.requestId)).to.deep.equal(
      ids,
    );
  });

  it("a client that does not read does not hold up the user's other streams", async () => {
    const ana = await server.person("ana");
    const [deaf, other] = [await server.enter(ana), await server.enter(ana)];
    deaf.pause();
    for (let i = 0; i < total; i++) deaf.send(help);
    await other.accept(sendAll("goes through"));
    await other.next("message");
  });
});

describe("A stream whose client does not take a response (stall)", function () {
  this.timeout(60_000);
  const stopwatch = manualStopwatch();
  const server = useFreshServer({ stopwatch });

  /** Advances the clock until the stream has ended: only the server knows since when the client has taken nothing. */
  async function passUntilEnd(chat: ChatStream): Promise<Ending> {
    let isOver = false;
    const ending = chat.end().finally(() => {
      isOver = true;
    });
    for (; !isOver; await turns()) stopwatch.advance(DEFAULT_TIMINGS.stallTimeoutMs);
    return ending;
  }

  /**
   * Advances the clock by a third of the limit, and waits for a tick of the server. A third is longer than the join
   * timeout, so the end of a stream without a join shows the tick.
   */
  async function advanceByAThird(person: Person): Promise<void> {
    const chat = await server.open(person);
    stopwatch.advance(DEFAULT_TIMINGS.stallTimeoutMs / 3);
    await chat.end();
  }

  it("a stalled stream is reset, without a status and without goodbye, and its client can resume", async () => {
    const ana = await server.person("ana");
    await fill(server, chatter(ana, 5000, 1000));
    const chat = await server.open(ana);
    chat.pause();
    chat.send(join({ resumeAfter: 0n }));
    const ending = await passUntilEnd(chat);
    expect(ending.code).to.equal(undefined);
    expect(ending.reset).to.be.greaterThan(0);
    expect(chat.kinds).to.not.include("goodbye");

    const back = await server.enter(ana, { resumeAfter: chat.cursor ?? 0n });
    const ids = [...chat.messages, ...back.messages].map((message) => Number(message.id));
    expect(ids).to.deep.equal(Array.from({ length: 5000 }, (_, index) => index + 1));
  });

  it("a slow stream that takes a response now and then is not reset", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await fill(server, chatter(ana, 5000, 1000));
    const chat = await server.open(ana);
    // Reads a few responses at a time, and advances the clock in between.
    chat.pause();
    chat.send(join({ resumeAfter: 0n }));
    for (let i = 0; i < 5; i++) {
      const before = chat.responses.length;
      chat.resume();
      await chat.until("a response", () => chat.responses.length > before + 2 || undefined);
      chat.pause();
      await advanceByAThird(bob);
    }
    chat.resume();
    await chat.next("caughtUp");
    expect(chat.messages).to.have.length(5000);
  });

  it("a stream without anything to take is not reset", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    for (let i = 0; i < 5; i++) await advanceByAThird(bob);
    await chat.accept(sendAll("still here"));
  });
});

describeBothWays("A response", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a response under load has many events, and at most 64 KiB", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const bobs = await server.enter(bob);
    const anas = await server.enter(ana);
    bobs.pause();
    for (let i = 1; i <= 2000; i++) anas.send(sendAll(`${i}`.padEnd(100, "x")), `r${i}`);
    await anas.reply("r2000");
    bobs.resume();
    await bobs.next("message", (message) => message.text.startsWith("2000x"));
    expect(bobs.messages).to.have.length(2000);
    expect(bobs.responses.length).to.be.below(1000);
    for (const { size } of bobs.responses) expect(size).to.be.at.most(65_536);
  });
});
