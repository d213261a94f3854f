import { expect } from "chai";
import { type JoinCommand, startOf } from "../../src/server/chat/join.ts";
import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import { Reader } from "../../src/server/log/reader.ts";
import { encoder } from "../support/encoder.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, type Person, range, useStore } from "../support/storeFixture.ts";

describe("startOf", () => {
  const store = useStore(sqliteFixture);
  let ana: Person;
  let bob: Person;
  let log: LogReplica;
  /** The id before the ten messages of the test: 1 to 4 and 10 are public, and 5 to 9 are for bob. */
  let base: number;
  beforeEach(async () => {
    [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
    const eve = await enlist(store, "eve");
    base = await headOf(store.log);
    await store.log.append(range(1, 10).map((i) => draft(eve, `${i}`, i >= 5 && i <= 9 ? { to: bob } : {})));
    await store.log.truncate(base + 1);
    log = await LogReplica.open(store.log, encoder, DEFAULT_SIZES);
  });

  const start = async (how: Partial<JoinCommand>, { accountId } = ana) => {
    const { after, gap } = await startOf({ logId: "", recent: 0, ...how }, { log, accountId, maxRecent: 3 });
    return gap ? `a gap, then ${after - base}` : after - base;
  };

  it("a join without a cursor begins behind the head", async () => {
    expect(await start({})).to.equal(10);
  });

  it("a join without a cursor begins behind the messages of other nodes, also if no notification came", async () => {
    await store.log.append([draft(ana, "11"), draft(ana, "12")]);
    expect(log.headId).to.equal(base + 10);
    expect(await start({})).to.equal(12);
    await store.log.append([draft(ana, "13")]);
    expect(await start({ recent: 1 })).to.equal(12);
  });

  it("a join with a cursor begins behind the cursor", async () => {
    expect(await start({ resumeAfter: base + 4 })).to.equal(4);
    expect(await start({ resumeAfter: base + 10 })).to.equal(10);
    expect(await start({ resumeAfter: base, logId: log.logId })).to.equal(0);
  });

  it("a join without a cursor gets no edit or deletion up to the head, and one with a cursor gets all", async () => {
    const changesAfter = async (how: Partial<JoinCommand>) => {
      const join = { logId: "", recent: 0, ...how };
      return (await startOf(join, { log, accountId: ana.accountId, maxRecent: 3 })).changesAfter;
    };
    expect(await changesAfter({})).to.equal(base + 10);
    expect(await changesAfter({ recent: 3 })).to.equal(base + 10);
    expect(await changesAfter({ resumeAfter: base + 4 })).to.equal(0);
    expect(await changesAfter({ resumeAfter: base + 4, logId: "another" }), "behind a gap").to.equal(0);
  });

  it("a join with a cursor beyond the head gets a gap, and begins at the oldest message", async () => {
    expect(await start({ resumeAfter: base + 11 })).to.equal("a gap, then 0");
    expect(await start({ resumeAfter: Number.MAX_SAFE_INTEGER })).to.equal("a gap, then 0");
  });

  it("a join with the cursor of another log gets a gap, and begins at the oldest message", async () => {
    expect(await start({ resumeAfter: base + 4, logId: "another" })).to.equal("a gap, then 0");
  });

  it("a join with the id of another log and no cursor gets no gap", async () => {
    expect(await start({ logId: "another" })).to.equal(10);
    expect(await start({ logId: "another", recent: 1 })).to.equal(9);
  });

  it("the reader of a join reports a gap if the log was truncated beyond the cursor", async () => {
    await store.log.truncate(base + 4);
    log.truncateBefore(base + 4);
    const begin = await startOf(
      { logId: "", recent: 0, resumeAfter: base + 1 },
      { log, accountId: ana.accountId, maxRecent: 3 },
    );
    const portion = new Reader(log, ana.accountId, begin).take();
    expect(portion?.event).to.deep.equal({ kind: "gap", oldestId: base + 4 });
    expect(portion?.cursor).to.equal(base + 3);
  });

  it("a join with a cursor beyond the node's head, but not beyond the store's, gets no gap", async () => {
    await store.log.append([draft(ana, "11"), draft(ana, "12")]);
    expect(log.headId).to.equal(base + 10);
    expect(await start({ resumeAfter: base + 12 })).to.equal(12);
  });

  it("a join with `recent` begins before the newest messages that its user may see", async () => {
    expect(await start({ recent: 1 })).to.equal(9);
    expect(await start({ recent: 2 })).to.equal(3);
    expect(await start({ recent: 2 }, bob)).to.equal(8);
  });

  it("a join with `recent` begins no earlier than the log, also if the store has not truncated it yet", async () => {
    log.truncateBefore(base + 8);
    expect(await start({ recent: 3 })).to.equal(7);
  });

  it("a join gets at most `maxRecent` messages", async () => {
    expect(await start({ recent: 1_000 })).to.equal(2);
  });

  it("a join with a cursor ignores `recent`", async () => {
    expect(await start({ resumeAfter: base + 10, recent: 3 })).to.equal(10);
  });
});
