import { expect } from "chai";
import fc from "fast-check";
import { Refusal } from "../../src/server/common/refusal.ts";
import { MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { OnlineList } from "../../src/server/presence/onlineList.ts";

async function setUp(usernames: readonly string[]) {
  const roster = new MemoryRoster();
  for (const [i, username] of usernames.entries()) await roster.arrive({ accountId: i + 1, username, since: i });
  return { roster, list: new OnlineList(roster) };
}

const users = (count: number) => Array.from({ length: count }, (_, i) => `user-${String(i).padStart(5, "0")}`);

describe("OnlineList", () => {
  it("the list is in order of username, with the number of all users", async () => {
    const { list } = await setUp(["eve", "ana", "bob"]);
    const { users: page, nextPageToken, total } = await list.page(0, "");
    expect(page.map(({ username, since }) => [username, since])).to.deep.equal([
      ["ana", 1],
      ["bob", 2],
      ["eve", 0],
    ]);
    expect([nextPageToken, total]).to.deep.equal(["", 3]);
  });

  it("the list is empty if no user is online", async () => {
    const { list } = await setUp([]);
    expect(await list.page(10, "")).to.deep.equal({ users: [], nextPageToken: "", total: 0 });
  });

  it("a page has 100 users by default, and at most 1,000", async () => {
    const { list } = await setUp(users(1_200));
    const sizes = await Promise.all([0, -5, 1, 999, 1_000, 1_001, 2 ** 31 - 1].map((size) => list.page(size, "")));
    expect(sizes.map((page) => page.users.length)).to.deep.equal([100, 100, 1, 999, 1_000, 1_000, 1_000]);
    expect(new Set(sizes.map(({ total }) => total))).to.deep.equal(new Set([1_200]));
  });

  it("the last page has no next token, also if it is exactly full", async () => {
    const { list } = await setUp(users(4));
    const first = await list.page(2, "");
    expect(first.nextPageToken).to.not.equal("");
    const second = await list.page(2, first.nextPageToken);
    expect(second.users).to.have.length(2);
    expect(second.nextPageToken).to.equal("");
  });

  it("the list continues after a user who has left in the meantime", async () => {
    const { roster, list } = await setUp(["ana", "bob", "eve", "ina"]);
    const { nextPageToken } = await list.page(2, "");
    await roster.leave(2);
    expect((await list.page(2, nextPageToken)).users.map(({ username }) => username)).to.deep.equal(["eve", "ina"]);
  });

  it("the pages together have every user once, in order, whatever the names and the size", async () => {
    const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9._-]{0,6}[a-z0-9])?$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), async (all, size) => {
        const { list } = await setUp(all);
        const seen: string[] = [];
        let token = "";
        do {
          const page = await list.page(size, token);
          seen.push(...page.users.map(({ username }) => username));
          token = page.nextPageToken;
        } while (token !== "");
        expect(seen).to.deep.equal([...all].sort());
      }),
    );
  });

  const encode = (text: string) => Buffer.from(text).toString("base64url");
  const wrong = {
    "is not base64": "?!",
    "has padding": `${encode("after:ana")}=`,
    "has white space": ` ${encode("after:ana")}`,
    "is of another kind": encode("before:ana"),
    "has no name": encode("after:"),
    "has an invalid name": encode("after:Ana"),
    "has a line end after the name": encode("after:ana\n"),
    "is very long": "A".repeat(60_000),
  };
  for (const [what, token] of Object.entries(wrong)) {
    it(`a page token that ${what} is refused`, async () => {
      const { list } = await setUp(["ana"]);
      const refused = await list.page(10, token).catch((error) => error);
      expect(refused).to.be.instanceOf(Refusal);
      expect(refused).to.include({ reason: "PAGE_TOKEN_INVALID", field: "pageToken" });
      expect(refused.message.length).to.be.below(300);
    });
  }
});
