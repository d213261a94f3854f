import { expect } from "chai";
import type { ListResponse } from "../../src/gen/obrolan/v1/chat.ts";
import { expectFailed } from "../support/expect.ts";
import { type Person, useFreshServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

describe("List", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  function names({ users }: ListResponse): string[] {
    return users.map((user) => user.username);
  }

  /** Puts `count` users on the roster: u00000, u00001 and so on. */
  async function addUsers(count: number): Promise<string[]> {
    const usernames = Array.from({ length: count }, (_, i) => `u${String(i).padStart(5, "0")}`);
    for (const [i, username] of usernames.entries()) {
      await server.engines.roster.arrive({ accountId: 1_000_000 + i, username, since: Date.now() });
    }
    return usernames;
  }

  it("List is sorted by username and includes the caller if the caller is online", async () => {
    const people: Person[] = [];
    for (const name of ["mia", "z", "a", "0", "b.c", "b-c", "b_c", "bc"]) people.push(await server.person(name));
    for (const person of people) await server.enter(person);
    const [mia] = people as [Person];
    const expected = people.map((person) => person.username).sort((one, other) => (one < other ? -1 : 1));
    expect(await server.online(mia)).to.deep.equal(expected);
  });

  it("List leaves the caller out if the caller is not online", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await server.enter(bob);
    expect(await server.online(ana)).to.deep.equal([bob.username]);
  });

  it("List shows since when a user has been online, however many streams they have opened since", async () => {
    const ana = await server.person("ana");
    const before = Date.now();
    await server.enter(ana);
    const first = (await server.with((wire) => wire.list(ana.token))).users[0]?.onlineSince;
    expect(Number(first)).to.be.within(before, Date.now());
    await server.enter(ana);
    const { users, totalSize } = await server.with((wire) => wire.list(ana.token));
    expect(users).to.deep.equal([{ username: ana.username, onlineSince: first }]);
    expect(totalSize).to.equal(1);
  });

  it("List returns 100 users if page_size is 0 or less, and 1,000 at most", async () => {
    const ana = await server.person("ana");
    const usernames = await addUsers(1234);
    const wire = await server.connect();
    for (const [pageSize, length] of [
      [0, 100],
      [-1, 100],
      [-2147483648, 100],
      [7, 7],
      [1000, 1000],
      [1001, 1000],
      [2147483647, 1000],
    ] as const) {
      const page = await wire.list(ana.token, { pageSize });
      expect(names(page), `page_size ${pageSize}`).to.deep.equal(usernames.slice(0, length));
      expect(page.totalSize).to.equal(1234);
    }
  });

  it("List leads from page to page, and the last page has no token", async () => {
    const ana = await server.person("ana");
    const usernames = await addUsers(250);
    const wire = await server.connect();
    for (const pageSize of [1, 50, 100, 249, 250, 251]) {
      const seen: string[] = [];
      let pages = 0;
      let pageToken = "";
      do {
        const page = await wire.list(ana.token, { pageSize, pageToken });
        seen.push(...names(page));
        pageToken = page.nextPageToken;
        expect(page.totalSize).to.equal(250);
        pages++;
      } while (pageToken !== "");
      expect(seen, `page_size ${pageSize}`).to.deep.equal(usernames);
      expect(pages, `page_size ${pageSize}`).to.equal(Math.ceil(250 / pageSize));
    }
  });

  it("List shows every user once who stays online while others join and leave between the pages", async () => {
    const ana = await server.person("ana");
    const usernames = await addUsers(20);
    const wire = await server.connect();
    const first = await wire.list(ana.token, { pageSize: 10 });
    await server.engines.roster.leave(1_000_000 + 3);
    await server.engines.roster.leave(1_000_000 + 9);
    await server.engines.roster.arrive({ accountId: 2_000_000, username: "a", since: Date.now() });
    const second = await wire.list(ana.token, { pageSize: 10, pageToken: first.nextPageToken });
    expect([...names(first), ...names(second)]).to.deep.equal(usernames);
  });

  it("List refuses a page token that the server did not issue", async () => {
    const ana = await server.person("ana");
    await addUsers(3);
    const wire = await server.connect();
    const { nextPageToken } = await wire.list(ana.token, { pageSize: 1 });
    for (const pageToken of ["nonsense", "!", `${nextPageToken}${nextPageToken}!`, "\u0000", "x".repeat(60_000)]) {
      const ending = await failure(wire.list(ana.token, { pageToken }));
      expectFailed(ending, "INVALID_ARGUMENT", "PAGE_TOKEN_INVALID");
      expect(ending.details?.badFields).to.deep.equal(["page_token"]);
    }
  });

  it("List is empty if no user is online", async () => {
    const ana = await server.person("ana");
    const page = await server.with((wire) => wire.list(ana.token));
    expect(page).to.deep.equal({ users: [], nextPageToken: "", totalSize: 0 });
  });
});
