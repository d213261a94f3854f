import { expect } from "chai";
import type { Context } from "../../src/cli/room/command.ts";
import { runLine } from "../../src/cli/room/commands.ts";
import { ShownMessages } from "../../src/cli/room/shownMessages.ts";
import type { Item } from "../../src/cli/terminal/item.ts";
import { ChatError, connect, type Message, type SearchOptions, Status } from "../../src/client/index.ts";
import { sendAll, sendTo } from "../support/commands.ts";
import { eventually } from "../support/eventLoop.ts";
import { run } from "../support/program.ts";
import { type Person, useServer } from "../support/server.ts";

const AT = Date.UTC(2026, 10, 30, 12);

function message(id: number): Message {
  return {
    id: BigInt(id),
    sender: "ani",
    recipient: "",
    text: `text ${id}`,
    // Ten messages are sent in each millisecond.
    sentAt: new Date(AT + Math.floor(id / 10)),
    editedAt: undefined,
    replyTo: undefined,
  };
}

/** A room in which every search finds the messages 1 to `count`. */
class FoundRoom {
  readonly shown = new ShownMessages();
  readonly queries: string[] = [];
  failure: ChatError | undefined;
  readonly #newestFirst: Message[];

  constructor(count: number) {
    this.#newestFirst = Array.from({ length: count }, (_, index) => message(count - index));
  }

  async type(line: string): Promise<Extract<Item, { kind: "search" }>> {
    const help = { kind: "help", requestId: "", unknownCommand: "search", commands: [] };
    const room = { typed: async () => help };
    const client = { search: (_: string, query: string, options: SearchOptions) => this.#search(query, options) };
    const context = { client, room, session: { token: "t" }, shown: this.shown } as unknown as Context;
    return (await runLine(context, line, {})) as Extract<Item, { kind: "search" }>;
  }

  async *#search(query: string, { until }: SearchOptions): AsyncGenerator<Message, void> {
    this.queries.push(query);
    if (this.failure !== undefined) throw this.failure;
    for (const message of this.#newestFirst) if (until === undefined || message.sentAt < until) yield message;
  }
}

function idsOf({ messages }: Extract<Item, { kind: "search" }>): number[] {
  return messages.map(({ id }) => Number(id));
}

/** The numbers from `first` to `last`. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe("The command search", () => {
  it("shows the newest messages, the oldest first; without words it goes on page by page", async () => {
    const room = new FoundRoom(45);
    const first = await room.type("search  release Notes ");
    expect(first).to.include({ query: "release Notes", mayHaveOlder: true, continued: false });
    expect(idsOf(first)).to.deep.equal(range(26, 45));
    expect(idsOf(await room.type("search"))).to.deep.equal(range(6, 25));
    const last = await room.type("SEARCH ");
    expect(idsOf(last)).to.deep.equal(range(1, 5));
    expect(last).to.include({ mayHaveOlder: false, continued: true });
    expect(idsOf(await room.type("search"))).to.deep.equal([]);
    expect(new Set(room.queries)).to.deep.equal(new Set(["release Notes"]));
  });

  it("the same words again begin a new search", async () => {
    const room = new FoundRoom(45);
    await room.type("search text");
    expect(idsOf(await room.type("search text"))).to.deep.equal(range(26, 45));
  });

  it("goes on with the same page after a page that failed", async () => {
    const room = new FoundRoom(45);
    await room.type("search text");
    room.failure = new ChatError(Status.UNAVAILABLE, "wait", { reason: "INDEX_BUILDING" });
    expect(await room.type("search").catch((error: unknown) => error)).to.equal(room.failure);
    room.failure = undefined;
    expect(idsOf(await room.type("search"))).to.deep.equal(range(6, 25));
  });

  it("a query that was refused is not searched for again", async () => {
    const room = new FoundRoom(45);
    room.failure = new ChatError(Status.INVALID_ARGUMENT, "no words", { reason: "QUERY_INVALID" });
    expect(await room.type("search !?").catch((error: unknown) => error)).to.equal(room.failure);
    const item: Item = await room.type("search");
    expect(item).to.include({ kind: "help", unknownCommand: "" });
    expect(room.queries).to.deep.equal(["!?"]);
  });

  it("begins again when the server has another log", async () => {
    const room = new FoundRoom(45);
    await room.type("search text");
    room.shown.note({ kind: "connected", logChanged: true } as Parameters<ShownMessages["note"]>[0]);
    expect(idsOf(await room.type("search"))).to.deep.equal(range(26, 45));
  });

  it("alone, before any search, is answered with the commands", async () => {
    const item: Item = await new FoundRoom(0).type("search");
    expect(item).to.include({ kind: "help", unknownCommand: "" });
  });
});

interface Page {
  readonly event: string;
  readonly query: string;
  readonly messages: readonly { readonly id: number; readonly text: string }[];
}

describe("The search in a script", () => {
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let login: string;
  let at: string[];

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
    login = `login ${ani.username} ${ani.password}`;
    at = ["--server", `127.0.0.1:${server.port}`, "--recent", "0"];
  });

  /** Waits until ani finds as many messages. */
  async function findable(query: string, count: number): Promise<void> {
    const client = connect({ address: `127.0.0.1:${server.port}` });
    try {
      await eventually(async () => {
        let found = 0;
        for await (const _ of client.search(ani.token, query)) found += 1;
        return found === count;
      }, `${count} messages with ${query}`);
    } finally {
      client.close();
    }
  }

  it("search goes back page by page, and a script can continue with what it shows", async () => {
    const chat = await server.enter(budi);
    const ids: number[] = [];
    for (let i = 0; i < 25; i += 1) ids.push(Number((await chat.accept(sendAll(`Zebra, line ${i}`))).id));
    await findable("zebra", 25);
    const { code, out } = await run([...at, "--json"], [login, "search zebra line", "search", "search"]);
    expect(code).to.equal(0);
    const events = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Page);
    const pages = events.filter(({ event }) => event === "search");
    expect(pages.map(({ query }) => query)).to.deep.equal(Array(3).fill("zebra line"));
    expect(pages.map(({ messages }) => messages.map(({ id }) => id))).to.deep.equal([
      ids.slice(5),
      ids.slice(0, 5),
      [],
    ]);
  });

  it("search shows the private messages of the user, but not those of others", async () => {
    const chat = await server.enter(budi);
    await server.enter(ani);
    await chat.accept(sendTo(ani.username, "an okapi for ani"));
    await chat.accept(sendTo(budi.username, "an okapi for budi"));
    await findable("okapi", 1);
    const { code, out } = await run(at, [login, "search OKAPI"]);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^#\d+ \S+ \S+ -> \S+: an okapi for ani$/m)
      .and.not.to.contain("for budi");
  });

  it("a search that finds nothing says so, and ends with 0", async () => {
    const { code, err, out } = await run(at, [login, "search nothing-like-this"]);
    expect(code).to.equal(0);
    expect(err).to.contain("no messages were found");
    expect(out).not.to.contain("#");
  });

  it("a query that is refused is reported with the server's sentence, and ends with 1", async () => {
    const { code, out } = await run([...at, "--json"], [login, "search !?"]);
    expect(code).to.equal(1);
    expect(out).to.match(/^\{"event":"error","message":"[^"]+","reason":"QUERY_INVALID"/m);
  });

  it("help lists search, and search without a search before it ends with 2", async () => {
    const { code, out } = await run([...at], [login, "search"]);
    expect(code).to.equal(2);
    expect(out).to.contain("search WORDS");
  });
});
