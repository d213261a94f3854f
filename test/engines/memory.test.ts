import { expect } from "chai";
import { MemoryFailedLogins, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { NOON, range } from "../support/storeFixture.ts";

describe("MemoryFailedLogins", () => {
  it("failed logins are kept for a bounded number of names, and the oldest are evicted first", async () => {
    const attempts = new MemoryFailedLogins();
    await attempts.fail("ana", NOON);
    await attempts.fail("bob", NOON);
    await attempts.fail("ana", NOON);
    for (const i of range(1, 89_999)) await attempts.fail(`user-${i}`, NOON);
    expect(await attempts.find("bob", NOON), "bob").to.equal(undefined);
    expect(await attempts.find("ana", NOON), "ana").to.include({ count: 2 });
    await attempts.fail("one more", NOON);
    expect(await attempts.find("ana", NOON), "ana").to.equal(undefined);
    expect(await attempts.find("user-1", NOON)).to.include({ count: 1 });
  });
});

describe("MemoryRoster", () => {
  it("a roster in memory keeps a bounded number of changes, at least the last thousand", async () => {
    const roster = new MemoryRoster();
    const ana = { accountId: 1, username: "ana", since: NOON };
    const { offset: start } = await roster.changes();
    let late = start;
    for (const i of range(1, 5_000)) {
      await (i % 2 === 1 ? roster.arrive(ana) : roster.leave(ana.accountId));
      if (i === 4_000) late = (await roster.changes()).offset;
    }
    expect((await roster.changes(start)).changes).to.equal(undefined);
    const { changes } = await roster.changes(late);
    expect(changes?.map(({ online }) => online)).to.deep.equal(range(1, 1_000).map((i) => i % 2 === 1));
  });
});
