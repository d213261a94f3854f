import { expect } from "chai";
import { ResumePoint } from "../../src/client/resumePoint.ts";

function welcome(place: ResumePoint, logId: string, headId: bigint, maxRecent = 1_000) {
  return place.welcome({ logId, headId, maxRecent });
}

const joinRecent = (recent: number) => ({ logId: "", recent });
const joinAfter = (resumeAfter: bigint, logId: string) => ({ resumeAfter, logId, recent: 0 });

describe("The cursor that a room comes back with", () => {
  it("The last cursor that came is used, with the log that it belongs to.", () => {
    const place = new ResumePoint({ recent: 20 });
    expect(welcome(place, "log-a", 40n)).to.deep.equal({ logChanged: false, join: joinRecent(20) });
    place.reach(37n);
    place.reach(41n);
    expect(welcome(place, "log-a", 50n)).to.deep.equal({ logChanged: false, join: joinAfter(41n, "log-a") });
  });

  it("A cursor of 0 is a cursor: a room in which nothing was ever said is resumed from the beginning.", () => {
    const place = new ResumePoint({ recent: 20 });
    welcome(place, "log-a", 0n);
    expect(place.reach(0n)).to.deep.equal({ logId: "log-a", id: 0n });
    expect(welcome(place, "log-a", 30n).join).to.deep.equal(joinAfter(0n, "log-a"));
  });

  it("Before the first cursor it is the head of the first welcome, if only the live room was asked for.", () => {
    const place = new ResumePoint({});
    expect(welcome(place, "log-a", 40n).join).to.deep.equal(joinRecent(0));
    expect(place.cursor).to.deep.equal({ logId: "log-a", id: 40n });
    expect(welcome(place, "log-a", 55n).join).to.deep.equal(joinAfter(40n, "log-a"));
    expect(welcome(place, "log-a", 60n).join).to.deep.equal(joinAfter(40n, "log-a"));
  });

  it("Before the first cursor it is as many messages before the first head as were asked for, and not below 0.", () => {
    const place = new ResumePoint({ recent: 20 });
    welcome(place, "log-a", 50n);
    expect(welcome(place, "log-a", 90n).join).to.deep.equal(joinAfter(30n, "log-a"));
    const early = new ResumePoint({ recent: 20 });
    welcome(early, "log-a", 7n);
    expect(welcome(early, "log-a", 90n).join).to.deep.equal(joinAfter(0n, "log-a"));
    const many = new ResumePoint({ recent: 1_000_000 });
    welcome(many, "log-a", 5_000n, 100);
    expect(welcome(many, "log-a", 5_001n, 100).join).to.deep.equal(joinAfter(4_900n, "log-a"));
  });

  it("What the application gave is used until another cursor comes.", () => {
    const place = new ResumePoint({ resumeAfter: 0n, logId: "log-a", recent: 5 });
    expect(place.cursor).to.deep.equal({ logId: "log-a", id: 0n });
    expect(welcome(place, "log-a", 3n)).to.deep.equal({ logChanged: false, join: joinAfter(0n, "log-a") });
    expect(welcome(place, "log-a", 9n).join).to.deep.equal(joinAfter(0n, "log-a"));
  });

  it("A cursor whose log the application did not know belongs to the first log that it is used with.", () => {
    const place = new ResumePoint({ resumeAfter: 500n });
    expect(welcome(place, "log-a", 900n)).to.deep.equal({ logChanged: false, join: joinAfter(500n, "log-a") });
    expect(welcome(place, "log-b", 900n)).to.deep.equal({ logChanged: true, join: joinAfter(500n, "log-a") });
  });

  it("A gap moves it to before the oldest message.", () => {
    const place = new ResumePoint({ resumeAfter: 5n, logId: "log-a" });
    welcome(place, "log-a", 100n);
    expect(place.gap(80n)).to.deep.equal({ missed: true, cursor: { logId: "log-a", id: 79n } });
    expect(place.isReplayed(80n)).to.equal(false);
  });
});

describe("The cursor that a room comes back with, when the log is another one", () => {
  it("The room begins again with the recent messages that it asked for, and everything else is new.", () => {
    for (const recent of [0, 20]) {
      const place = new ResumePoint({ recent });
      welcome(place, "log-a", 5_000n);
      place.reach(5_003n);
      expect(welcome(place, "log-b", 4_000n)).to.deep.equal({ logChanged: true, join: joinRecent(recent) });
      expect(place.cursor).to.deep.equal({ logId: "log-b", id: BigInt(4_000 - recent) });
      expect([4_000n, 4_001n].map((id) => place.isReplayed(id))).to.deep.equal([true, false]);
      expect(welcome(place, "log-b", 4_010n)).to.deep.equal({
        logChanged: false,
        join: joinAfter(BigInt(4_000 - recent), "log-b"),
      });
      expect([4_000n, 4_001n].map((id) => place.isReplayed(id))).to.deep.equal([true, false]);
    }
  });

  it("The same happens before the first cursor came.", () => {
    const place = new ResumePoint({ recent: 20 });
    welcome(place, "log-a", 5_000n);
    expect(welcome(place, "log-b", 10n)).to.deep.equal({ logChanged: true, join: joinRecent(20) });
    expect(place.cursor).to.deep.equal({ logId: "log-b", id: 0n });
  });

  it("A room that was entered with a cursor keeps it until the new log gives one, and gets everything.", () => {
    const place = new ResumePoint({ resumeAfter: 500n, logId: "log-a" });
    expect(welcome(place, "log-b", 9n)).to.deep.equal({ logChanged: true, join: joinAfter(500n, "log-a") });
    expect(welcome(place, "log-b", 9n)).to.deep.equal({ logChanged: false, join: joinAfter(500n, "log-a") });
    expect(place.gap(1n)).to.deep.equal({ missed: false, cursor: { logId: "log-b", id: 0n } });
    expect([9n, 10n].map((id) => place.isReplayed(id))).to.deep.equal([true, false]);
    expect(welcome(place, "log-b", 9n)).to.deep.equal({ logChanged: false, join: joinAfter(0n, "log-b") });
  });

  it("A room that was entered with a cursor and with recent gets only the recent messages.", () => {
    const place = new ResumePoint({ resumeAfter: 500n, logId: "log-a", recent: 0 });
    expect(welcome(place, "log-b", 9n)).to.deep.equal({ logChanged: true, join: joinRecent(0) });
  });
});

describe("What a room says of a gap and of replayed messages", () => {
  it("A gap because the log is shorter than the cursor misses nothing, and what follows is replayed.", () => {
    const place = new ResumePoint({ resumeAfter: 500n, logId: "log-a" });
    welcome(place, "log-a", 3n);
    expect(place.gap(1n)).to.deep.equal({ missed: false, cursor: { logId: "log-a", id: 0n } });
    expect([3n, 4n].map((id) => place.isReplayed(id))).to.deep.equal([true, false]);
  });

  it("A gap among the recent messages misses nothing; one past the head at the beginning does.", () => {
    const place = new ResumePoint({ recent: 20 });
    welcome(place, "log-a", 50n);
    welcome(place, "log-a", 60n);
    expect(place.gap(45n).missed).to.equal(false);
    const late = new ResumePoint({ recent: 20 });
    welcome(late, "log-a", 50n);
    welcome(late, "log-a", 90n);
    expect(late.gap(52n).missed).to.equal(true);
  });

  it("Messages up to the head at the beginning are replayed; those missed during a lost connection are new.", () => {
    const place = new ResumePoint({ recent: 20 });
    welcome(place, "log-a", 50n);
    expect([50n, 51n].map((id) => place.isReplayed(id))).to.deep.equal([true, false]);
    place.reach(50n);
    welcome(place, "log-a", 90n);
    expect(place.isReplayed(51n)).to.equal(false);
    const resumed = new ResumePoint({ resumeAfter: 10n, logId: "log-a" });
    welcome(resumed, "log-a", 50n);
    expect(resumed.isReplayed(11n)).to.equal(false);
  });
});
