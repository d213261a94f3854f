import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { type MetricsServer, serveMetrics } from "../../src/server/metrics/index.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { help, join, sendAll, sendTo } from "../support/commands.ts";
import { DEADLINE } from "../support/deadline.ts";
import { Gate, whileAway, withPort } from "../support/engines.ts";
import { chatter, fill } from "../support/fill.ts";
import { type Scrape, scrape } from "../support/metrics.ts";
import { type TestServer, useFreshServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

/** Serves the metrics of a server that runs in this process. */
async function metricsOf(server: TestServer, hashes = { running: 0, waiting: 0 }): Promise<MetricsServer> {
  const { chatServer } = server;
  return serveMetrics("127.0.0.1:0", {
    node: () => ({
      stats: chatServer.stats(),
      connections: chatServer.connections(),
      counters: chatServer.counters,
      calls: chatServer.calls,
      hashes,
    }),
    report: (error) => {
      throw error;
    },
  });
}

/** Scrapes until a condition holds, at most as long as a test waits for anything. */
async function until({ address }: MetricsServer, holds: (now: Scrape) => boolean): Promise<Scrape> {
  const deadline = Date.now() + DEADLINE;
  let now = await scrape(address);
  while (!holds(now) && Date.now() < deadline) now = await scrape(address);
  expect(holds(now), now.text).to.equal(true);
  return now;
}

/** The number of ended streams, by the way in which they ended. */
function howStreamsEnded(now: Scrape): Record<string, number> {
  const ended = Object.entries(now.byLabel("obrolan_streams_ended_total"));
  return Object.fromEntries(ended.filter(([, count]) => count > 0));
}

/** An `append` that waits at a gate. */
function holding(engines: Engines, gate: Gate): Engines["log"]["append"] {
  return async (batch) => {
    await gate.pass();
    return engines.log.append(batch);
  };
}

describe("The metrics of a room", function () {
  this.timeout(60_000);
  const server = useFreshServer({ inProcess: true, sizes: { timelineBytes: 64 * 1024 } });
  let metrics: MetricsServer;
  beforeEach(async () => {
    metrics = await metricsOf(server);
  });
  afterEach(() => metrics?.close());

  it("the metrics count messages that are accepted, are duplicates, or are refused, by reason", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    for (let i = 0; i < 5; i++) await chat.accept(sendAll(`${i}`));
    await chat.accept(sendTo(bob.username, "to bob"), "mine");
    await chat.accept(sendTo(bob.username, "to bob"), "mine");
    await chat.refuse(sendAll("another"), "mine");
    await chat.refuse(sendAll(""));
    for (let i = 0; i < 2; i++) await chat.refuse(sendTo("nobody", "hello"));
    await chat.refuse(join());

    const now = await scrape(metrics.address);
    expect(now.value("obrolan_accepted_total")).to.equal(6);
    expect(now.value("obrolan_duplicates_total")).to.equal(1);
    const refused = Object.entries(now.byLabel("obrolan_rejected_total")).filter(([, count]) => count > 0);
    expect(Object.fromEntries(refused)).to.deep.equal({
      REQUEST_ID_REUSED: 1,
      TEXT_EMPTY: 1,
      RECIPIENT_UNKNOWN: 2,
      ALREADY_JOINED: 1,
    });
    expect(now.byLabel("obrolan_rejected_total")).to.include({ RATE_LIMITED: 0, STORE_UNAVAILABLE: 0 });
    // Messages with a used request id reach the store too.
    expect(now.value("obrolan_commit_messages_sum")).to.equal(8);
    expect(now.value("obrolan_commit_seconds_count")).to.equal(8);
    const { commitTimes } = server.chatServer.counters.log;
    expect(now.value("obrolan_commit_seconds_sum")).to.be.closeTo(commitTimes.sum / 1000, 1e-9);
    expect(now.value("obrolan_log_head_id")).to.equal(6);
    expect(now.value("obrolan_log_oldest_id")).to.equal(1);
  });

  it("the metrics show whether the store answers", async () => {
    let isAway = false;
    await server.restart({ wrap: (engines) => whileAway(engines, () => isAway) });
    await metrics.close();
    metrics = await metricsOf(server);
    expect((await scrape(metrics.address)).value("obrolan_store_available")).to.equal(1);
    isAway = true;
    await until(metrics, (now) => now.value("obrolan_store_available") === 0);
    isAway = false;
    await until(metrics, (now) => now.value("obrolan_store_available") === 1);
  });

  it("the metrics show how much was delivered, in how many responses, events and bytes", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chats = [await server.enter(ana), await server.enter(bob), await server.enter(bob)] as const;
    for (let i = 0; i < 20; i++) chats[0].send(sendAll(`${i}`), `r${i}`);
    await chats[0].reply("r19");
    await chats[0].accept(sendTo(ana.username, "to myself"));
    await chats[0].ask(help);
    await chats[0].next("presence");
    chats[0].halfClose();
    await server.with((wire) => wire.logout(bob.token));
    for (const chat of chats) await chat.end();
    expect(chats.flatMap((chat) => chat.kinds)).to.include.members(["presence", "goodbye"]);
    const now = await scrape(metrics.address);
    const total = (of: (chat: ChatStream) => number) => chats.reduce((sum, chat) => sum + of(chat), 0);
    expect(now.value("obrolan_deliveries_total")).to.equal(61);
    expect(now.value("obrolan_deliveries_total")).to.equal(total((chat) => chat.messages.length));
    expect(now.value("obrolan_response_events_count")).to.equal(total((chat) => chat.responses.length));
    expect(now.value("obrolan_response_events_sum")).to.equal(total((chat) => chat.events.length));
    const bytes = (chat: ChatStream) => chat.responses.reduce((sum, { size }) => sum + size, 0);
    expect(now.value("obrolan_response_bytes_total")).to.equal(total(bytes));
  });

  it("the metrics count the events of each response in one bucket", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    for (let i = 0; i < 50; i++) chat.send(sendAll(`${i}`), `r${i}`);
    await chat.reply("r49");
    chat.halfClose();
    await chat.end();
    const now = await scrape(metrics.address);
    const buckets = Object.entries(now.byLabel("obrolan_response_events_bucket"));
    expect(buckets.at(-1)?.[0]).to.equal("+Inf");
    for (const [bound, count] of buckets) {
      const expected = chat.responses.filter(
        ({ events }) => events.length <= Number(bound.replace("+Inf", "Infinity")),
      );
      expect(count, bound).to.equal(expected.length);
    }
  });

  it("the metrics show the readers, those that are behind, and the store reads for them", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await fill(server, chatter(ana, 5000, 1000));
    await metrics.close();
    metrics = await metricsOf(server);
    await server.enter(ana);
    await server.open(bob);
    const slow = await server.open(bob);
    slow.pause();
    slow.send(join({ resumeAfter: 0n }));
    const now = await until(metrics, (seen) => seen.value("obrolan_readers_behind") === 1);
    expect(now.value("obrolan_streams")).to.equal(3);
    expect(now.value("obrolan_readers")).to.equal(2);
    slow.resume();
    await slow.next("caughtUp");
    const then = await scrape(metrics.address);
    expect(then.value("obrolan_readers_behind")).to.equal(0);
    expect(then.value("obrolan_page_read_seconds_count")).to.equal(server.chatServer.stats().pageReads);
    expect(then.value("obrolan_page_read_seconds_count")).to.be.greaterThan(0);
  });

  it("the metrics show how streams ended", async () => {
    const [ana, bob, cat] = await server.people("ana", "bob", "cat");
    const left = await server.enter(ana);
    left.halfClose();
    await left.end();
    const loggedOut = [await server.enter(bob), await server.enter(bob)];
    await server.with((wire) => wire.logout(bob.token));
    await Promise.all(loggedOut.map((chat) => chat.end()));
    const cancelled = await server.enter(cat);
    cancelled.cancel();
    const now = await until(metrics, (seen) => seen.value("obrolan_streams") === 0);
    expect(howStreamsEnded(now)).to.deep.equal({ left: 1, LOGGED_OUT: 2, "broke-off": 1 });
    expect(now.value("obrolan_streams_opened_total")).to.equal(4);
  });

  it("the metrics count a stream whose client did not read for too long as stalled", async () => {
    const ana = await server.person("ana");
    await server.restart({ timings: { stallTimeoutMs: 500 } });
    await fill(server, chatter(ana, 5000, 1000));
    await metrics.close();
    metrics = await metricsOf(server);
    const stalled = await server.open(ana, { reading: false });
    stalled.send(join({ resumeAfter: 0n }));
    await stalled.end();
    const now = await until(metrics, (seen) => seen.value("obrolan_streams") === 0);
    expect(howStreamsEnded(now)).to.deep.equal({ stalled: 1 });
  });

  it("the metrics count sign-ins, and failed calls by reason", async () => {
    const ana = await server.person("ana");
    await server.login(ana);
    await server.with(async (wire) => {
      for (let i = 0; i < 2; i++) await failure(wire.login(ana.username, "a wrong password"));
      await failure(wire.register(ana.username, "a good password"));
      await failure(wire.list("no token at all"));
      await wire.chat("no token at all").end();
      await wire.callBytes("/obrolan.v1.ChatService/Login", Buffer.from([0x0a, 0x05, 0x61]));
    });
    const now = await scrape(metrics.address);
    expect(now.value("obrolan_sign_ins_total")).to.equal(2);
    const failed = Object.entries(now.byLabel("obrolan_failed_calls_total")).filter(([, count]) => count > 0);
    expect(Object.fromEntries(failed)).to.deep.equal({
      BAD_CREDENTIALS: 2,
      USERNAME_TAKEN: 1,
      SESSION_INVALID: 2,
      REQUEST_INVALID: 1,
    });
  });
});

describe("The metrics of a room whose store refuses or delays messages", () => {
  const store = { fails: false };
  const server = useFreshServer({
    inProcess: true,
    wrap: (engines) =>
      withPort(engines, "log", {
        append: async (batch) => {
          if (store.fails) throw new StoreUnavailable("the disk is full");
          return engines.log.append(batch);
        },
      }),
  });

  it("the metrics count failed commits, and the messages that were refused for them", async () => {
    const chat = await server.enter(await server.person("ana"));
    await chat.accept(sendAll("there is space"));
    store.fails = true;
    for (let i = 0; i < 3; i++) await chat.refuse(sendAll("there is none"));
    const metrics = await metricsOf(server, { running: 2, waiting: 7 });
    const now = await scrape(metrics.address);
    await metrics.close();
    expect(now.value("obrolan_commits_failed_total")).to.equal(3);
    expect(now.value('obrolan_rejected_total{reason="STORE_UNAVAILABLE"}')).to.equal(3);
    expect(now.value("obrolan_accepted_total")).to.equal(1);
    expect(now.value("obrolan_commit_seconds_count")).to.equal(1);
    expect([now.value("obrolan_hashes"), now.value("obrolan_hashes_waiting")]).to.deep.equal([2, 7]);
  });

  it("the metrics show how many messages wait while a commit is in flight", async () => {
    const held = new Gate();
    await server.restart({ wrap: (engines) => withPort(engines, "log", { append: holding(engines, held) }) });
    const chat = await server.enter(await server.person("ana"));
    const metrics = await metricsOf(server);
    held.shut();
    const first = chat.accept(sendAll("in flight"));
    await held.entered();
    const others = Array.from({ length: 5 }, () => chat.accept(sendAll("waits")));
    await until(metrics, (now) => now.value("obrolan_commit_waiting_messages") === 5);
    held.open();
    await Promise.all([first, ...others]);
    expect((await scrape(metrics.address)).value("obrolan_commit_waiting_messages")).to.equal(0);
    await metrics.close();
  });
});
