import { expect } from "chai";
import { Counters } from "../../src/server/chat/counters.ts";
import { ReadMarks } from "../../src/server/chat/readMarks.ts";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import type { LogReplica } from "../../src/server/log/logReplica.ts";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import type { ReadMarkers } from "../../src/server/log/ports/readMarkers.ts";
import { Gate } from "../support/engines.ts";

const ANA = 1;
const BOB = 2;

/** A store with the head 100. `replicaHead`: the head of the replica until it syncs. */
function setUp({ replicaHead = 100 } = {}) {
  const stored = new Map<number, number>();
  const gate = new Gate();
  let failure: Error | undefined;
  const markers: ReadMarkers = {
    get: async (accountId) => {
      const marker = stored.get(accountId) ?? 0;
      await gate.pass();
      if (failure !== undefined) throw failure;
      return marker;
    },
    advance: async (accountId, upTo) => {
      if (failure !== undefined) throw failure;
      const before = stored.get(accountId) ?? 0;
      const after = Math.max(before, Math.min(upTo, 100));
      stored.set(accountId, after);
      return { upTo: after, moved: after > before };
    },
  };
  const sync = {
    run: async () => {
      log.headId = 100;
    },
  };
  const log = { logId: "log", headId: replicaHead, sync };
  const bus = new LocalBus();
  const counters = new Counters();
  const marks = new ReadMarks({ markers, log: log as unknown as LogReplica, bus, counters });
  const told: Notification[] = [];
  bus.subscribe((notification) => {
    told.push(notification);
    if (notification.kind === "read") marks.moved(notification.accountId, notification.upTo);
  });
  return {
    marks,
    stored,
    gate,
    told,
    failWith: (error: Error) => {
      failure = error;
    },
    of: (accountId: number) => marks.withMarker(accountId, (upTo) => upTo),
    counted: () => Object.fromEntries(counters.markReads.entries()),
  };
}

describe("ReadMarks: advance", () => {
  it("a marker that moves is told to all nodes, and one that stays is not", async () => {
    const { marks, told } = setUp();
    expect(await marks.advance(ANA, 10, "log")).to.equal(10);
    expect(await marks.advance(ANA, 10, "")).to.equal(10);
    expect(await marks.advance(ANA, 4, "log")).to.equal(10);
    expect(await marks.advance(ANA, 11, "")).to.equal(11);
    expect(told).to.deep.equal([
      { kind: "read", accountId: ANA, upTo: 10 },
      { kind: "read", accountId: ANA, upTo: 11 },
    ]);
  });

  it("a marker beyond the head is taken as the head", async () => {
    const { marks, told } = setUp();
    expect(await marks.advance(ANA, Number.MAX_SAFE_INTEGER, "log")).to.equal(100);
    expect(told).to.deep.equal([{ kind: "read", accountId: ANA, upTo: 100 }]);
  });

  it("0 only asks", async () => {
    const { marks, told, stored } = setUp();
    expect(await marks.advance(ANA, 0, "log")).to.equal(0);
    stored.set(ANA, 7);
    expect(await marks.advance(ANA, 0, "")).to.equal(7);
    expect(told).to.deep.equal([]);
  });

  it("an id of another log changes nothing, and is answered with the marker", async () => {
    const { marks, told, stored } = setUp();
    stored.set(ANA, 7);
    expect(await marks.advance(ANA, 50, "another log")).to.equal(7);
    expect(stored.get(ANA)).to.equal(7);
    expect(told).to.deep.equal([]);
  });

  it("each account has a marker of its own", async () => {
    const { marks, of } = setUp();
    await marks.advance(ANA, 10, "");
    expect([await of(ANA), await of(BOB)]).to.deep.equal([10, 0]);
  });

  it("calls are counted by whether the marker moved", async () => {
    const { marks, counted } = setUp();
    await marks.advance(ANA, 10, "");
    await marks.advance(ANA, 9, "");
    await marks.advance(ANA, 0, "");
    await marks.advance(ANA, 20, "another log");
    expect(counted()).to.deep.equal({ moved: 1, stayed: 3 });
  });

  it("a store that is unavailable is an error, and tells nobody", async () => {
    const { marks, told, failWith } = setUp();
    failWith(new StoreUnavailable("the disk is full"));
    expect(await marks.advance(ANA, 10, "").catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    expect(told).to.deep.equal([]);
  });
});

describe("ReadMarks: withMarker", () => {
  it("a marker that another node has moved beyond the head of this node is told in full", async () => {
    const { of, stored } = setUp({ replicaHead: 40 });
    stored.set(ANA, 60);
    expect(await of(ANA)).to.equal(60);
  });

  it("a marker beyond the head of the log is told as the head", async () => {
    const { of, stored } = setUp();
    stored.set(ANA, 5_000);
    expect(await of(ANA)).to.equal(100);
  });

  it("a move during the read of the marker is not missed", async () => {
    const { marks, gate, of } = setUp();
    gate.shut();
    const reading = [of(ANA), of(BOB)];
    await gate.entered();
    await marks.advance(ANA, 10, "");
    gate.open();
    expect(await Promise.all(reading)).to.deep.equal([10, 0]);
  });

  it("an error of the store is passed on, and leaves nothing behind", async () => {
    const { of, failWith, marks } = setUp();
    failWith(new StoreUnavailable("the disk is unavailable"));
    expect(await of(ANA).catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    expect(() => marks.moved(ANA, 3)).to.not.throw();
  });
});
