import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { edit, join, remove, sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { type Person, type TestServer, useFreshServer } from "../support/server.ts";
import { isCaughtUp, ofKind, takeUntil, texts } from "../support/takeEvents.ts";
import { Connection } from "../support/wire.ts";

const DAY = 24 * 60 * 60 * 1_000;
/** The retention checks the log at this interval, in milliseconds. The default is 10 s. */
const OFTEN = { retentionIntervalMs: 5 };

function ids(chat: ChatStream): number[] {
  return chat.messages.map((message) => Number(message.id));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Resolves when the store is truncated before this id. */
async function truncatedTo(server: TestServer, oldestId: number): Promise<void> {
  const truncated = (async () => {
    while ((await server.engines.log.state()).oldestId < oldestId)
      await new Promise((resolve) => setImmediate(resolve));
  })();
  await within(truncated, `everything before ${oldestId} to be removed`);
}

describe("A log with a retention", function () {
  this.timeout(60_000);
  let now = Date.now();
  const server = useFreshServer({ clock: () => now });
  let ana: Person;
  beforeEach(async () => {
    now = Date.now();
    ana = await server.person("ana");
  });

  it("a log truncated by count gives one gap to a client with a cursor before the cut, others get none", async () => {
    await fill(server, chatter(ana, 3_000));
    await server.restart({ clock: () => now, timings: OFTEN, retention: { maxMessages: 100 } });
    await truncatedTo(server, 2_901);

    const behind = await server.enter(ana, { resumeAfter: 7n });
    expect(behind.received("gap")).to.deep.equal([{ oldestId: 2_901n, requestId: "" }]);
    expect(ids(behind)).to.deep.equal(range(2_901, 3_000));
    const ahead = await server.enter(ana, { resumeAfter: 2_900n });
    expect(ahead.kinds).to.not.include("gap");
    expect(ids(ahead)).to.deep.equal(range(2_901, 3_000));
    const recent = await server.enter(ana, { recent: 1_000 });
    expect(recent.kinds).to.not.include("gap");
    expect(ids(recent)).to.deep.equal(range(2_901, 3_000));
  });

  it("a log truncated by age loses all messages that are too old, even the newest one of the log", async () => {
    await fill(server, chatter(ana, 1_000));
    now += 3 * DAY;
    await server.restart({ clock: () => now, timings: OFTEN, retention: { maxAgeMs: 2 * DAY } });
    await truncatedTo(server, 1_001);
    const chat = await server.enter(ana, { resumeAfter: 1_000n });
    expect(chat.kinds).to.not.include("gap");
    expect((await chat.accept(sendAll("next"))).id).to.equal(1_001n);
    expect(ids(await server.enter(ana, { resumeAfter: 5n }))).to.deep.equal([1_001]);
  });

  it("clients that are live notice no truncation: they get every message, without a gap", async () => {
    const total = 2_000;
    await server.restart({ clock: () => now, timings: OFTEN, retention: { maxMessages: 500 } });
    const listening = await server.enter(await server.person("bob"));
    const talking = await server.enter(ana);
    for (let i = 1; i <= total; i++) {
      talking.send(sendAll(`${i}`));
      if (i % 50 === 0) await listening.next("message", ({ text }) => text === `${i}`);
    }
    await truncatedTo(server, total - 500 + 1);
    for (const chat of [listening, talking]) {
      await chat.until("all messages", () => (chat.messages.length === total ? true : undefined));
      expect(ids(chat)).to.deep.equal(range(1, total));
      expect(chat.kinds).to.not.include("gap");
    }
  });

  it("a slow reader of a truncated log gets one gap in mid-stream", async () => {
    const total = 20_000;
    await fill(server, chatter(ana, total - 10, 1_000));
    await server.restart({ clock: () => now, timings: OFTEN, retention: { maxAgeMs: 2 * DAY } });
    now += DAY;
    const newer = await server.enter(ana);
    for (let i = 1; i <= 10; i++) await newer.accept(sendAll(`newer ${i}`));
    newer.halfClose();
    await newer.end();
    const bobs = await server.enter(await server.person("bob"));
    const cat = await server.person("cat");
    const slow = await server.open(cat);
    slow.pause();
    slow.send(join({ resumeAfter: 0n }));
    await bobs.next("presence", ({ joined }) => joined.includes(cat.username));
    now += 1.5 * DAY;
    await truncatedTo(server, total - 9);
    slow.resume();
    await slow.next("caughtUp");
    expect(slow.received("gap")).to.deep.equal([{ oldestId: BigInt(total - 9), requestId: "" }]);
    expect(ids(slow).slice(-10)).to.deep.equal(range(total - 9, total));
  });

  it("a truncated log accepts the request ids of its removed messages again", async () => {
    const chat = await server.enter(ana);
    expect(await chat.accept(sendAll("old"), "my id")).to.include({ id: 1n, duplicate: false });
    expect(await chat.accept(sendAll("old"), "my id")).to.include({ id: 1n, duplicate: true });
    await chat.accept(sendAll("newer"));
    await server.restart({ clock: () => now, timings: OFTEN, retention: { maxMessages: 1 } });
    await truncatedTo(server, 2);
    const again = await server.enter(ana);
    expect(await again.accept(sendAll("old"), "my id")).to.include({ id: 3n, duplicate: false });
  });

  it("a truncated log counts entries, sends no edit of a removed message, and keeps replies to it", async () => {
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("removed"));
    const reply = await chat.accept(sendAll("a reply", { replyTo: id }));
    const { id: gone } = await chat.accept(sendAll("deleted"));
    await chat.accept(edit(id, "edited"), "an edit");
    const deletion = await chat.accept(remove(gone));
    expect(deletion.id).to.equal(5n);
    await server.restart({ clock: () => now, timings: OFTEN, retention: { maxMessages: 4 } });
    await truncatedTo(server, 2);
    const again = await server.enter(ana, { resumeAfter: 0n });
    expect(again.received("gap")).to.deep.equal([{ oldestId: reply.id, requestId: "" }]);
    expect(again.messages.map(({ text, replyTo }) => [text, replyTo])).to.deep.equal([["a reply", id]]);
    expect(again.received("edited")).to.deep.equal([]);
    expect(again.received("deleted").map((event) => event.id)).to.deep.equal([deletion.id]);
    expect(await again.accept(edit(id, "edited"), "an edit")).to.include({ id: 4n, duplicate: true });
    expect(nameOf((await again.refuse(edit(id, "edited again"))).reason)).to.equal("MESSAGE_UNKNOWN");
  });

  it("the client library reports a truncation to its application, and goes on after the cut", async () => {
    await fill(server, chatter(ana, 50));
    await server.restart({ clock: () => now, timings: OFTEN, retention: { maxMessages: 10 } });
    await truncatedTo(server, 41);
    const client = connect({ address: `127.0.0.1:${server.port}` });
    const { logId } = await server.engines.log.state();
    const room = client.enter({ token: ana.token, resumeAfter: 20n, logId });
    try {
      const events = await takeUntil(room, "the end of the replay", isCaughtUp);
      expect(ofKind(events, "connected")[0]).to.include({ logChanged: false });
      expect(ofKind(events, "gap")).to.deep.equal([{ kind: "gap", oldestId: 41n, missed: true }]);
      expect(texts(events)).to.have.length(10);
      expect(room.cursor).to.deep.equal({ logId, id: 50n });
    } finally {
      room.abort();
      client.close();
    }
  });
});

describe("obrolan serve --retain-messages", function () {
  this.timeout(60_000);
  const folder = useFolder();
  afterEach(endProcesses);

  it("obrolan serve --retain-messages truncates an existing log to this many messages", async () => {
    const unlimited = ["--messages-per-second", "0", "--burst", "0"];
    const first = await ServerProcess.serve(folder.path, unlimited);
    let wire = await Connection.open({ port: first.port });
    const { token } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    for (const i of range(1, 30)) await chat.accept(sendAll(`${i}`));
    wire.close();
    await first.server.kill("SIGTERM");

    const { server, port } = await ServerProcess.serve(folder.path, [...unlimited, "--retain-messages", "5"]);
    wire = await Connection.open({ port });
    // A live client gets no event of a truncation, so this client reconnects until the first truncation has happened.
    let oldest = 1n;
    while (oldest === 1n) {
      const back = wire.chat(token);
      back.send(join({ resumeAfter: 3n }));
      await back.next("caughtUp");
      oldest = back.received("gap")[0]?.oldestId ?? 1n;
      if (oldest > 1n) expect(ids(back)).to.deep.equal(range(26, 30));
      back.halfClose();
      await back.end();
    }
    expect(oldest).to.equal(26n);
    wire.close();
    expect((await server.kill("SIGTERM")).code).to.equal(0);
  });
});
