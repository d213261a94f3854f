import { expect } from "chai";
import { Names } from "../../../src/cli/room/person/names.ts";
import { Online } from "../../../src/cli/room/person/online.ts";
import type { RoomEvent } from "../../../src/client/index.ts";

const message = (sender: string, recipient = "") => ({ kind: "message", sender, recipient }) as RoomEvent;

describe("Names", () => {
  it("those who spoke last come first, then the others who are online, and never the person", () => {
    const online = new Online();
    online.replace(["ani", "zoe", "budi", "citra"], 4);
    const names = new Names(online, "ani");
    for (const event of [message("citra"), message("dewi"), message("ani"), message("citra")]) names.note(event);
    expect(names.all()).to.deep.equal(["citra", "dewi", "budi", "zoe"]);
    names.note(message("ani", "eka"));
    expect(names.all()[0]).to.equal("eka");
  });

  it("only the last 200 speakers are remembered", () => {
    const names = new Names(new Online(), "ani");
    for (let i = 0; i < 300; i++) names.note(message(`user-${i}`));
    expect(names.all()).to.have.length(200);
    expect(names.all()[0]).to.equal("user-299");
  });
});

describe("Online", () => {
  it("counts users by name, so that a change that the list has already counts once", () => {
    const online = new Online();
    expect(online.count).to.equal(undefined);
    online.replace(["ani", "budi"], 2);
    online.note({ joined: ["budi", "citra"], left: [] });
    expect(online.count).to.equal(3);
    online.note({ joined: [], left: ["ani"] });
    expect([...online.names]).to.deep.equal(["budi", "citra"]);
    online.forget();
    expect(online.count).to.equal(undefined);
  });

  it("the names also count users whose names it does not have", () => {
    const online = new Online();
    online.replace(["ani"], 5_000);
    online.note({ joined: [], left: ["zoe"] });
    expect(online.count).to.equal(4_999);
  });

  it("keeps 10,000 names at most, and counts the others", () => {
    const online = new Online();
    online.replace(
      Array.from({ length: 12_000 }, (_, index) => `user-${index}`),
      12_000,
    );
    expect([...online.names]).to.have.length(10_000);
    expect(online.count).to.equal(12_000);
  });
});
