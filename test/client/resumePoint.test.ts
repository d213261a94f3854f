import { expect } from "chai";
import { ResumePoint } from "../../src/client/resumePoint.ts";

function welcome(resumePoint: ResumePoint, logId: string, headId: bigint, maxRecent = 1_000) {
  return resumePoint.welcome({ logId, headId, maxRecent });
}

const joinRecent = (recent: number) => ({ logId: "", recent });
const joinAfter = (resumeAfter: bigint, logId: string) => ({ resumeAfter, logId, recent: 0 });

describe("ResumePoint", () => {
  it("a room resumes after the last cursor that it received, in the log of that cursor", () => {
    const resumePoint = new ResumePoint({ recent: 20 });
    expect(welcome(resumePoint, "log-a", 40n)).to.deep.equal({ logChanged: false, join: joinRecent(20) });
    resumePoint.advanceTo(37n);
    resumePoint.advanceTo(41n);
    expect(welcome(resumePoint, "log-a", 50n)).to.deep.equal({ logChanged: false, join: joinAfter(41n, "log-a") });
  });

  it("a cursor of 0 is a cursor: a room without messages resumes from the beginning", () => {
    const resumePoint = new ResumePoint({ recent: 20 });
    welcome(resumePoint, "log-a", 0n);
    expect(resumePoint.advanceTo(0n)).to.deep.equal({ logId: "log-a", id: 0n });
    expect(welcome(resumePoint, "log-a", 30n).join).to.deep.equal(joinAfter(0n, "log-a"));
  });

  it("a room without a cursor that asks for no recent messages resumes after the head of its first welcome", () => {
    const resumePoint = new ResumePoint({});
    expect(welcome(resumePoint, "log-a", 40n).join).to.deep.equal(joinRecent(0));
    expect(resumePoint.cursor).to.deep.equal({ logId: "log-a", id: 40n });
    expect(welcome(resumePoint, "log-a", 55n).join).to.deep.equal(joinAfter(40n, "log-a"));
    expect(welcome(resumePoint, "log-a", 60n).join).to.deep.equal(joinAfter(40n, "log-a"));
  });

  it("a room without a cursor resumes `recent` messages before its first head, but not below 0", () => {
    const resumePoint = new ResumePoint({ recent: 20 });
    welcome(resumePoint, "log-a", 50n);
    expect(welcome(resumePoint, "log-a", 90n).join).to.deep.equal(joinAfter(30n, "log-a"));
    const early = new ResumePoint({ recent: 20 });
    welcome(early, "log-a", 7n);
    expect(welcome(early, "log-a", 90n).join).to.deep.equal(joinAfter(0n, "log-a"));
    const many = new ResumePoint({ recent: 1_000_000 });
    welcome(many, "log-a", 5_000n, 100);
    expect(welcome(many, "log-a", 5_001n, 100).join).to.deep.equal(joinAfter(4_900n, "log-a"));
  });

  it("a room uses the cursor of the application until it receives another one", () => {
    const resumePoint = new ResumePoint({ resumeAfter: 0n, logId: "log-a", recent: 5 });
    expect(resumePoint.cursor).to.deep.equal({ logId: "log-a", id: 0n });
    expect(welcome(resumePoint, "log-a", 3n)).to.deep.equal({ logChanged: false, join: joinAfter(0n, "log-a") });
    expect(welcome(resumePoint, "log-a", 9n).join).to.deep.equal(joinAfter(0n, "log-a"));
  });

  it("a cursor without a log id belongs to the log of the first welcome", () => {
    const resumePoint = new ResumePoint({ resumeAfter: 500n });
    expect(welcome(resumePoint, "log-a", 900n)).to.deep.equal({ logChanged: false, join: joinAfter(500n, "log-a") });
    expect(welcome(resumePoint, "log-b", 900n)).to.deep.equal({ logChanged: true, join: joinAfter(500n, "log-a") });
  });

  it("a gap moves the cursor to the id before the oldest message", () => {
    const resumePoint = new ResumePoint({ resumeAfter: 5n, logId: "log-a" });
    welcome(resumePoint, "log-a", 100n);
    expect(resumePoint.gap(80n)).to.deep.equal({ missed: true, cursor: { logId: "log-a", id: 79n } });
    expect(resumePoint.isReplayed(80n)).to.equal(false);
  });
});

describe("ResumePoint after a change of the log", () => {
  it("a room without a given cursor begins again with its recent messages, and later messages are new", () => {
    for (const recent of [0, 20]) {
      const resumePoint = new ResumePoint({ recent });
      welcome(resumePoint, "log-a", 5_000n);
      resumePoint.advanceTo(5_003n);
      expect(welcome(resumePoint, "log-b", 4_000n)).to.deep.equal({ logChanged: true, join: joinRecent(recent) });
      expect(resumePoint.cursor).to.deep.equal({ logId: "log-b", id: BigInt(4_000 - recent) });
      expect([4_000n, 4_001n].map((id) => resumePoint.isReplayed(id))).to.deep.equal([true, false]);
      expect(welcome(resumePoint, "log-b", 4_010n)).to.deep.equal({
        logChanged: false,
        join: joinAfter(BigInt(4_000 - recent), "log-b"),
      });
      expect([4_000n, 4_001n].map((id) => resumePoint.isReplayed(id))).to.deep.equal([true, false]);
    }
  });

  it("a room without a cursor also begins again with its recent messages", () => {
    const resumePoint = new ResumePoint({ recent: 20 });
    welcome(resumePoint, "log-a", 5_000n);
    expect(welcome(resumePoint, "log-b", 10n)).to.deep.equal({ logChanged: true, join: joinRecent(20) });
    expect(resumePoint.cursor).to.deep.equal({ logId: "log-b", id: 0n });
  });

  it("a room that was entered with a cursor keeps it until the new log sends one, and gets every message", () => {
    const resumePoint = new ResumePoint({ resumeAfter: 500n, logId: "log-a" });
    expect(welcome(resumePoint, "log-b", 9n)).to.deep.equal({ logChanged: true, join: joinAfter(500n, "log-a") });
    expect(welcome(resumePoint, "log-b", 9n)).to.deep.equal({ logChanged: false, join: joinAfter(500n, "log-a") });
    expect(resumePoint.gap(1n)).to.deep.equal({ missed: false, cursor: { logId: "log-b", id: 0n } });
    expect([9n, 10n].map((id) => resumePoint.isReplayed(id))).to.deep.equal([true, false]);
    expect(welcome(resumePoint, "log-b", 9n)).to.deep.equal({ logChanged: false, join: joinAfter(0n, "log-b") });
  });

  it("a room that was entered with a cursor and with recent gets only the recent messages", () => {
    const resumePoint = new ResumePoint({ resumeAfter: 500n, logId: "log-a", recent: 0 });
    expect(welcome(resumePoint, "log-b", 9n)).to.deep.equal({ logChanged: true, join: joinRecent(0) });
  });
});

describe("ResumePoint: gaps and replayed messages", () => {
  it("a gap because the log ends before the cursor misses nothing; messages up to the head are replayed", () => {
    const resumePoint = new ResumePoint({ resumeAfter: 500n, logId: "log-a" });
    welcome(resumePoint, "log-a", 3n);
    expect(resumePoint.gap(1n)).to.deep.equal({ missed: false, cursor: { logId: "log-a", id: 0n } });
    expect([3n, 4n].map((id) => resumePoint.isReplayed(id))).to.deep.equal([true, false]);
  });

  it("a gap before the first head misses nothing; a gap that reaches past it does", () => {
    const resumePoint = new ResumePoint({ recent: 20 });
    welcome(resumePoint, "log-a", 50n);
    welcome(resumePoint, "log-a", 60n);
    expect(resumePoint.gap(45n).missed).to.equal(false);
    const late = new ResumePoint({ recent: 20 });
    welcome(late, "log-a", 50n);
    welcome(late, "log-a", 90n);
    expect(late.gap(52n).missed).to.equal(true);
  });

  it("messages up to the first head are replayed; messages missed during a lost connection are new", () => {
    const resumePoint = new ResumePoint({ recent: 20 });
    welcome(resumePoint, "log-a", 50n);
    expect([50n, 51n].map((id) => resumePoint.isReplayed(id))).to.deep.equal([true, false]);
    resumePoint.advanceTo(50n);
    welcome(resumePoint, "log-a", 90n);
    expect(resumePoint.isReplayed(51n)).to.equal(false);
    const resumed = new ResumePoint({ resumeAfter: 10n, logId: "log-a" });
    welcome(resumed, "log-a", 50n);
    expect(resumed.isReplayed(11n)).to.equal(false);
  });
});
