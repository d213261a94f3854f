import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { Gate, gatedResults, override } from "../support/engines.ts";
import { until } from "../support/eventLoop.ts";
import { range } from "../support/storeFixture.ts";
import { ReplicatedStore } from "./openReplica.ts";

/** Longer than any test. */
const LONG_MS = 10 * 60 * 1_000;

describe("LogSync", () => {
  const store = new ReplicatedStore();

  it("messages that do not arrive in time are read from the store, and the early batch is taken as it is", async () => {
    const { log, appended } = await store.open({ hole: 1 });
    await store.append(2);
    log.ingest(await store.append(2));
    await store.append(1);
    log.ingest(await store.append(2));
    await until(() => log.headId === store.base + 7, "the log to catch up");
    expect(appended).to.deep.equal(range(1, 7));
  });

  it("the store is read at once if more messages arrive early than the buffer holds", async () => {
    const { log, appended } = await store.open({ hole: LONG_MS });
    await store.append(1);
    for (let i = 0; i < 200; i++) log.ingest(await store.append(1));
    await until(() => log.headId === store.base + 201, "the log to catch up");
    expect(appended).to.deep.equal(range(1, 201));
    log.sync.close();
  });

  it("noteHead() reads a message from the store that no batch has brought", async () => {
    const { log, appended } = await store.open({ hole: LONG_MS });
    const [first, second] = [await store.append(1), await store.append(1)];
    log.sync.noteHead(store.base + 2);
    await until(() => log.headId === store.base + 2, "the log to catch up");
    log.ingest(first);
    log.ingest(second);
    expect(appended).to.deep.equal([1, 2]);
  });

  it("messages whose notification was lost are read from the store", async () => {
    const { log, appended } = await store.open();
    await store.append(9);
    log.ingest(await store.append(2));
    await until(() => log.headId === store.base + 11, "the log to catch up");
    expect(appended).to.deep.equal(range(1, 11));
    expect(await store.readFrom(log, store.base)).to.deep.equal(range(1, 11));
  });

  it("messages that the bus brings during a sync are taken, and none twice", async () => {
    const gate = new Gate();
    const { log, appended } = await store.open({
      through: (real) => gatedResults(real, gate, "read"),
    });
    const first = await store.append(1);
    await store.append(2);
    gate.shut();
    const caughtUp = log.sync.run();
    await gate.entered();
    log.ingest(first);
    expect(log.headId).to.equal(store.base + 1);
    gate.open();
    await caughtUp;
    expect(appended).to.deep.equal([1, 2, 3]);
  });

  it("one more sync serves all calls that come during a sync", async () => {
    const gate = new Gate();
    let calls = 0;
    const { log } = await store.open({
      through: (real) =>
        override<LogStore>(real, {
          state: async () => {
            calls += 1;
            const state = await real.state();
            await gate.pass();
            return state;
          },
        }),
    });
    gate.shut();
    const first = log.sync.run();
    await gate.entered();
    await store.append(3);
    const others = range(1, 50).map(() => log.sync.run());
    gate.open();
    await first;
    await Promise.all(others);
    expect(log.headId).to.equal(store.base + 3);
    expect(calls, "including the one at the opening").to.equal(3);
  });

  it("a message that is appended during a sync is not missed", async () => {
    const gate = new Gate();
    const { log } = await store.open({
      through: (real) => gatedResults(real, gate, "read", "state"),
    });
    gate.shut();
    const caughtUp = log.sync.run();
    await gate.entered();
    await store.append(1);
    log.ingest(await store.append(1));
    gate.open();
    await caughtUp;
    await until(() => log.headId === store.base + 2, "the log to catch up");
  });

  it("a sync continues after messages that were truncated, however many", async () => {
    const { log, appended } = await store.open();
    log.ingest(await store.append(2));
    await store.append(40);
    await store.log.truncate(store.base + 40);
    await log.sync.run();
    expect([log.oldestId, log.headId]).to.deep.equal([store.base + 40, store.base + 42]);
    expect(appended).to.deep.equal([1, 2, 40, 41, 42]);
    expect(await store.readFrom(log, log.oldestId - 1)).to.deep.equal([40, 41, 42]);
  });

  it("a sync is retried while the store is unavailable, and the listener is told once of each change", async () => {
    let broken = false;
    const failed = Promise.withResolvers<void>();
    const { log, answers } = await store.open({
      through: (real) =>
        override<LogStore>(real, {
          state: async () => {
            if (!broken) return real.state();
            failed.resolve();
            throw new StoreUnavailable("the disk is unavailable");
          },
        }),
    });
    await store.append(1);
    broken = true;
    log.ingest(await store.append(1));
    await failed.promise;
    expect(log.headId).to.equal(store.base);
    await until(() => !log.sync.storeAnswers, "the log to tell that the store is unavailable");
    await log.sync.run().catch(() => {});
    expect(answers).to.deep.equal([false]);
    broken = false;
    await until(() => log.headId === store.base + 2, "the log to catch up");
    await log.sync.run();
    expect(log.sync.storeAnswers).to.equal(true);
    expect(answers).to.deep.equal([false, true]);
  });
});
