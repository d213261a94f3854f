import { expect } from "chai";
import { Place } from "../../src/client/cursor.ts";

describe("the cursor that a room comes back with", () => {
  it("is the last one that came, with the log that it belongs to", () => {
    const place = new Place({ recent: 20 });
    expect(place.join()).to.deep.equal({ logId: "", recent: 20 });
    place.welcome("log-a", 40n);
    place.reach(37n);
    place.reach(41n);
    expect(place.join()).to.deep.equal({ resumeAfter: 41n, logId: "log-a", recent: 0 });
  });

  it("does not move with a response that says nothing of it", () => {
    const place = new Place({});
    place.welcome("log-a", 40n);
    place.reach(41n);
    place.reach(0n);
    expect(place.cursor).to.deep.equal({ logId: "log-a", id: 41n });
  });

  it("is the head at the first welcome where only the live room was asked for and nothing has come yet", () => {
    const place = new Place({});
    place.welcome("log-a", 40n);
    expect(place.join()).to.deep.equal({ resumeAfter: 40n, logId: "log-a", recent: 0 });
    place.welcome("log-a", 55n);
    expect(place.join().resumeAfter).to.equal(40n);
  });

  it("is not there where recent messages were asked for and none came yet: they are asked for again", () => {
    const place = new Place({ recent: 5 });
    place.welcome("log-a", 40n);
    expect(place.cursor).to.equal(undefined);
    expect(place.join()).to.deep.equal({ logId: "", recent: 5 });
  });

  it("is what the application gave, until another one comes", () => {
    const place = new Place({ resumeAfter: 0n, logId: "log-a", recent: 5 });
    expect(place.join()).to.deep.equal({ resumeAfter: 0n, logId: "log-a", recent: 0 });
    expect(place.welcome("log-a", 3n)).to.equal(false);
    expect(place.join().resumeAfter).to.equal(0n);
  });

  it("goes to before the oldest message after a gap", () => {
    const place = new Place({ resumeAfter: 5n, logId: "log-a" });
    place.welcome("log-a", 100n);
    expect(place.gap(80n)).to.deep.equal({ logId: "log-a", id: 79n });
  });

  it("stays with its old log until the new one gives a cursor", () => {
    const place = new Place({ resumeAfter: 500n, logId: "log-a" });
    expect(place.welcome("log-b", 9n)).to.equal(true);
    expect(place.join()).to.deep.equal({ resumeAfter: 500n, logId: "log-a", recent: 0 });
    place.gap(1n);
    expect(place.join()).to.deep.equal({ resumeAfter: 0n, logId: "log-b", recent: 0 });
    expect(place.welcome("log-b", 9n)).to.equal(false);
  });
});
