import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { openSqliteStore, type SqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { backUpSqliteStore } from "../../src/server/engines/sqlite/maintenance/backup.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import { join, sendAll } from "../support/commands.ts";
import { until as settled } from "../support/eventLoop.ts";
import { expectGoodbye, nameOf } from "../support/expect.ts";
import { useFreshServer } from "../support/server.ts";
import { isCaughtUp, ofKind, says, takeUntil, texts } from "../support/takeEvents.ts";

const GONE = { reason: "STORE_UNAVAILABLE", reconnect: true, code: "UNAVAILABLE" } as const;

/**
 * The server runs on a real SQLite store. A copy of that store can replace it while the server runs, as a standby
 * replaces its primary.
 */
describe("A store that is replaced by a copy that lacks the newest messages", function () {
  this.timeout(60_000);
  let copy: SqliteStore | undefined;
  /** Whether the server has seen the log id of the copy; until then the copy refuses appends. */
  let isKnown = false;
  const server = useFreshServer({ wrap: (engines) => replaceable(engines) });

  function replaceable(engines: Engines): Engines {
    const now = <P extends "log" | "accounts" | "sessions">(port: P) =>
      new Proxy(engines[port], {
        get(_, key) {
          const current = copy?.[port] ?? engines[port];
          const value = Reflect.get(current, key, current);
          return typeof value === "function" ? value.bind(current) : value;
        },
      });
    const log = now("log");
    return {
      ...engines,
      accounts: now("accounts"),
      sessions: now("sessions"),
      log: {
        read: (from, to) => log.read(from, to),
        recent: (accountId, count) => log.recent(accountId, count),
        history: (query) => log.history(query),
        find: (senderId, requestId, content) => log.find(senderId, requestId, content),
        truncate: (before) => log.truncate(before),
        state: async (seen) => {
          // Read before the call, because the copy may replace the store before the answer.
          const isCopy = copy !== undefined;
          const state = await log.state(seen);
          isKnown ||= isCopy;
          return state;
        },
        append: async (batch) => {
          if (copy !== undefined && !isKnown) throw new StoreUnavailable("the log is another one");
          return log.append(batch);
        },
      },
    };
  }

  /** Makes the copy, which lacks all messages after this call. The result makes the copy take over. */
  async function prepareCopy(): Promise<() => Promise<void>> {
    const folder = path.join(server.folder, "copy");
    await mkdir(folder);
    const file = path.join(folder, "obrolan.db");
    await backUpSqliteStore({ folder: server.folder, file });
    const db = new DatabaseSync(file);
    db.exec("UPDATE meta SET value = 'the log of the copy' WHERE name = 'log_id'");
    db.close();
    return async () => {
      copy = await openSqliteStore({ folder });
    };
  }

  afterEach(async () => {
    await copy?.close();
    copy = undefined;
    isKnown = false;
  });

  it("a log regression ends all streams with a goodbye, and a client that returns gets a gap and the log", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    for (const text of ["1", "2", "3"]) await anas.accept(sendAll(text));
    const takeOver = await prepareCopy();
    for (const text of ["lost 4", "lost 5"]) await anas.accept(sendAll(text));
    await bobs.next("message", ({ text }) => text === "lost 5");
    const logId = bobs.received("welcome")[0]?.logId ?? "";
    const open = await server.open(bob);
    await takeOver();
    for (const chat of [anas, bobs, open]) await expectGoodbye(chat, GONE);
    // The node reads the new log only after the goodbyes. Until then the head in a `welcome` is not that of the copy.
    await settled(() => server.chatServer.stats().headId === 3, "the head of the copy");
    const again = await server.open(bob);
    again.send(join({ resumeAfter: bobs.cursor ?? 0n, logId }));
    await again.next("caughtUp");
    expect(again.received("welcome")[0]).to.include({ logId: "the log of the copy", headId: 3n });
    expect(again.received("gap").map(({ oldestId }) => oldestId)).to.deep.equal([1n]);
    expect((await again.accept(sendAll("4"))).id).to.equal(4n);
    await again.next("message", ({ text }) => text === "4");
    expect(again.messages.map(({ text }) => text)).to.deep.equal(["1", "2", "3", "4"]);
  });

  it("an append that finds a log regression is not accepted until it is sent again", async () => {
    const ana = await server.person("ana");
    const anas = await server.enter(ana);
    await anas.accept(sendAll("1"));
    const takeOver = await prepareCopy();
    await anas.accept(sendAll("lost 2"), "lost");
    await takeOver();
    anas.send(sendAll("2"), "r");
    await expectGoodbye(anas, GONE);
    expect(anas.received("accepted").map(({ requestId }) => requestId)).to.not.include("r");
    for (const { reason } of anas.received("rejected")) expect(nameOf(reason)).to.equal("STORE_UNAVAILABLE");
    const again = await server.enter(ana, { resumeAfter: 0n });
    expect(await again.accept(sendAll("2"), "r")).to.include({ id: 2n, duplicate: false });
    expect(await again.accept(sendAll("lost 2"), "lost")).to.include({ id: 3n, duplicate: false });
  });

  it("the client library reports a log regression, goes on, and delivers what is sent after it", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const client = connect({ address: `127.0.0.1:${server.port}` });
    const backoff = { firstMs: 1, maxMs: 20 };
    const [anas, bobs] = [ana, bob].map(({ token }) => client.enter({ token, backoff, resumeAfter: 0n }));
    if (anas === undefined || bobs === undefined) throw new Error("there are not two rooms");
    try {
      await Promise.all([
        takeUntil(anas, "the end of the replay", isCaughtUp),
        takeUntil(bobs, "the end of the replay", isCaughtUp),
      ]);
      await anas.sendAll("1");
      const takeOver = await prepareCopy();
      await anas.sendAll("lost");
      expect(texts(await takeUntil(bobs, "the message", says("lost")))).to.deep.equal(["1", "lost"]);
      await takeOver();
      const back = await takeUntil(bobs, "the end of another replay", isCaughtUp);
      expect(ofKind(back, "connected").map(({ logChanged }) => logChanged)).to.deep.equal([true]);
      expect(ofKind(back, "gap").map(({ oldestId }) => oldestId)).to.deep.equal([1n]);
      expect(texts(back)).to.deep.equal(["1"]);
      expect(await anas.sendAll("after")).to.include({ kind: "accepted", id: 2n });
      expect(texts(await takeUntil(bobs, "the message", says("after")))).to.deep.equal(["after"]);
    } finally {
      for (const room of [anas, bobs]) room.abort();
      client.close();
    }
  });
});
