import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Worker } from "node:worker_threads";
import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { openSqliteStore, type SqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { contentOf } from "../../src/server/log/ports/logStore.ts";
import { until } from "../support/eventLoop.ts";
import { useFolder } from "../support/folder.ts";
import { draft, enlist, headOf, idsAfter, type Person, post, range } from "../support/storeFixture.ts";

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describe("WorkerClient", () => {
  const folder = useFolder();
  /**
   * The worker threads in the order of their start: the one that writes, the one that reads, then those that replaced
   * them.
   */
  const threads: Worker[] = [];
  const note = (thread: Worker) => threads.push(thread);
  let store: SqliteStore;
  let ana: Person;
  beforeEach(async () => {
    threads.length = 0;
    process.on("worker", note);
    store = await openSqliteStore({ folder: folder.path });
    ana = await enlist(store, "ana");
    await post(store.log, draft(ana, "the first"));
  });
  afterEach(async () => {
    process.off("worker", note);
    await store.close();
  });

  const writing = () => threads[0] as Worker;
  const reading = () => threads[1] as Worker;

  it("an append whose worker dies has an unknown outcome, and the next call works on a new worker", async () => {
    const db = new DatabaseSync(path.join(folder.path, "obrolan.db"));
    // The trigger makes the append last far longer than it takes to end the thread.
    const COUNT =
      "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 100000) SELECT count(*) FROM c";
    db.exec(`CREATE TRIGGER slow AFTER INSERT ON entries BEGIN ${COUNT}; END`);
    const append = caught(store.log.append(range(1, 500).map((i) => draft(ana, `${i} `.padEnd(2_000, "x")))));
    const isWriting = () => {
      try {
        db.exec("BEGIN IMMEDIATE; ROLLBACK");
        return false;
      } catch {
        return true;
      }
    };
    await until(isWriting, "the append to begin");
    await writing().terminate();
    expect(await append).to.be.instanceOf(OutcomeUnknown);
    expect(threads).to.have.length(2);
    db.exec("DROP TRIGGER slow");
    db.close();
    expect(await headOf(store.log)).to.equal(1);
    expect(await post(store.log, draft(ana, "next"))).to.equal(2);
    expect(threads).to.have.length(3);
    expect(await idsAfter(store.log, 0)).to.deep.equal([1, 2]);
  });

  it("appends that wait behind one whose worker dies change nothing, and leave no gap in the ids", async () => {
    const db = new DatabaseSync(path.join(folder.path, "obrolan.db"));
    db.exec("BEGIN IMMEDIATE");
    const appends = range(1, 5).map((i) => caught(store.log.append([draft(ana, `lost ${i}`)])));
    const gone = writing().terminate();
    db.exec("ROLLBACK");
    db.close();
    await gone;
    const [first, ...others] = await Promise.all(appends);
    expect(first).to.be.instanceOf(OutcomeUnknown);
    for (const error of others) expect(error, "the append was not begun").to.be.instanceOf(StoreUnavailable);
    const head = await headOf(store.log);
    expect(await post(store.log, draft(ana, "next"))).to.equal(head + 1);
    expect(await idsAfter(store.log, 0)).to.deep.equal(range(1, head + 1));
  });

  it("a repetition with the same request id settles an append whose worker died", async () => {
    const hello = draft(ana, "hello", { requestId: "r" });
    const append = caught(store.log.append([hello]));
    await writing().terminate();
    await append;
    const known = await store.log.find(ana.accountId, "r", contentOf(hello));
    const [again] = await store.log.append([hello]);
    expect(again?.kind).to.equal(known === undefined ? "appended" : "duplicate");
    expect(await idsAfter(store.log, 0)).to.deep.equal([1, 2]);
  });

  it("a read whose worker dies throws StoreUnavailable, and the next call works on a new worker", async () => {
    const read = caught(store.log.read(1, 10));
    await reading().terminate();
    expect(await read).to.be.instanceOf(StoreUnavailable);
    expect(await idsAfter(store.log, 0)).to.deep.equal([1]);
    expect(threads).to.have.length(3);
  });

  it("the death of one worker does not affect the other", async () => {
    await reading().terminate();
    expect(await post(store.log, draft(ana, "second"))).to.equal(2);
    await writing().terminate();
    expect(await idsAfter(store.log, 0)).to.deep.equal([1, 2]);
  });

  it("a worker that dies while idle is replaced by the next call", async () => {
    await Promise.all([writing().terminate(), reading().terminate()]);
    expect(await post(store.log, draft(ana, "second"))).to.equal(2);
    expect(await idsAfter(store.log, 0)).to.deep.equal([1, 2]);
  });

  it("a store whose workers have died can be closed and opened again", async () => {
    await Promise.all([writing().terminate(), reading().terminate()]);
    await store.close();
    store = await openSqliteStore({ folder: folder.path });
  });
});
