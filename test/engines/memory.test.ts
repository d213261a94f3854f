import { expect } from "chai";
import { MemoryAttempts } from "../../src/server/engines/memory/index.ts";
import { NOON, range } from "../contract/support.ts";

describe("Failed sign-ins in memory", () => {
  it("are remembered for a bounded number of names: those whose last failure is longest ago are forgotten first", async () => {
    const attempts = new MemoryAttempts();
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
