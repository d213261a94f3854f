import { expect } from "chai";
import { Exit } from "../../../src/cli/exit.ts";
import { connect } from "../../../src/client/index.ts";
import { edit, sendAll } from "../../support/commands.ts";
import { eventually } from "../../support/eventLoop.ts";
import { type Person, useFreshServer } from "../../support/server.ts";
import { useVisitors, type Visitor } from "../../support/visitors.ts";

describe("What a person sees of the room", () => {
  const server = useFreshServer();
  const { visit } = useVisitors(server);
  let ani: Person;
  let budi: Person;

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
  });

  /** Sends texts of budi to everyone. Resolves with their ids. */
  async function talk(...texts: string[]): Promise<bigint[]> {
    const chat = await server.enter(budi);
    const ids: bigint[] = [];
    for (const text of texts) ids.push((await chat.accept(sendAll(text))).id);
    return ids;
  }

  async function markRead(person: Person, upToId: bigint): Promise<bigint> {
    const client = connect({ address: `127.0.0.1:${server.port}` });
    return client.markRead(person.token, upToId).finally(() => client.close());
  }

  /** The kinds of the items up to the list of who is here; messages with their text. */
  function shownOnEntry({ terminal }: Visitor): string[] {
    const kinds = terminal.items.map((item) => (item.kind === "message" ? item.text : item.kind));
    return kinds.filter((kind) => !["connected", "caughtUp", "list"].includes(kind));
  }

  describe("on entry", () => {
    it("earlier messages are announced, and a line says where the person had stopped reading", async () => {
      const [, , third = 0n] = await talk("one", "two", "three", "four", "five");
      await markRead(ani, third);
      const visitor = await visit(ani, { recent: 3 });
      expect(shownOnEntry(visitor)).to.deep.equal(["earlierExist", "three", "unreadBegins", "four", "five"]);
    });

    it("nothing is announced before the first message of all, nor an unread line without unread messages", async () => {
      const ids = await talk("one", "two");
      await markRead(ani, ids.at(-1) ?? 0n);
      expect(shownOnEntry(await visit(ani, { recent: 3 }))).to.deep.equal(["one", "two"]);
    });

    it("an account that has never read has no unread line", async () => {
      await talk("one", "two", "three");
      expect(shownOnEntry(await visit(ani, { recent: 2 }))).to.deep.equal(["earlierExist", "two", "three"]);
    });

    it("if there are more unread messages than are shown, new shows them, and history goes on before", async () => {
      const [first = 0n] = await talk("one", "two", "three", "four");
      await markRead(ani, first);
      const visitor = await visit(ani, { recent: 2 });
      expect(shownOnEntry(visitor)).to.deep.equal(["note", "unreadBegins", "three", "four"]);
      const { terminal } = visitor;
      expect(terminal.notes).to.deep.equal(["there is more that you have not read: type new"]);
      terminal.type("new");
      const page = await terminal.shows("history");
      expect(page.messages.map(({ text }) => text)).to.deep.equal(["two", "three", "four"]);
      expect(page.mayHaveOlder).to.equal(true);
      terminal.type("history");
      const before = await terminal.shows("history", () => true, 2);
      expect(before.messages.map(({ text }) => text)).to.deep.equal(["one"]);
    });

    it("new says that nothing is new", async () => {
      const [first = 0n] = await talk("one");
      await markRead(ani, first);
      const { terminal } = await visit(ani);
      terminal.type("new");
      await terminal.shows("note", ({ text }) => text === "there are no messages of others since you last read here");
    });
  });

  describe("reading", () => {
    it("a typed line moves the read marker to the newest message shown", async () => {
      const { terminal } = await visit(ani);
      const [id = 0n] = await talk("one");
      await terminal.shows("message");
      terminal.type("bell");
      await eventually(async () => (await markRead(ani, 0n)) === id, "the marker to move");
    });

    it("leaving moves it, too, also by logout", async () => {
      for (const [person, line] of [
        [ani, "quit"],
        [await server.person("citra"), "logout"],
      ] as const) {
        const { terminal, exit } = await visit(person);
        const again = await server.login(person);
        const [id = 0n] = await talk(`before ${line}`);
        await terminal.shows("message", ({ text }) => text === `before ${line}`);
        terminal.type(line);
        expect(await exit()).to.equal(Exit.FINE);
        expect(await markRead(again, 0n)).to.equal(id);
      }
    });
  });

  describe("looking back", () => {
    it("jump and history # show the page around a message, and history goes on before it", async () => {
      const texts = Array.from({ length: 40 }, (_, index) => `line ${index}`);
      const ids = await talk(...texts);
      const { terminal } = await visit(ani);
      for (const [count, line] of [`jump ${ids[20]}`, `jump #${ids[20]}`, `history #${ids[20]}`].entries()) {
        terminal.type(line);
        const { messages, mayHaveOlder } = await terminal.shows("history", () => true, count + 1);
        expect(messages.map(({ text }) => text)).to.deep.equal(texts.slice(10, 31));
        expect(mayHaveOlder).to.equal(true);
      }
      terminal.type("history");
      const before = await terminal.shows("history", () => true, 4);
      expect(before.messages.map(({ text }) => text)).to.deep.equal(texts.slice(0, 10));
    });

    it("edits and deletions between messages do not hide those after a message", async () => {
      const chat = await server.enter(budi);
      const { id } = await chat.accept(sendAll("first"));
      for (let i = 0; i < 15; i++) await chat.accept(edit(id, `first, version ${i}`));
      await chat.accept(sendAll("second"));
      const { terminal } = await visit(ani);
      terminal.type(`jump ${id}`);
      const { messages } = await terminal.shows("history");
      expect(messages.map(({ text }) => text)).to.deep.equal(["first, version 14", "second"]);
    });

    it("a number that is no message is answered with a sentence", async () => {
      await talk("one");
      const { terminal } = await visit(ani);
      for (const id of ["999999999", "0", "99999999999999999999999"]) terminal.type(`jump ${id}`);
      await terminal.shows("note", () => true, 3);
      expect(new Set(terminal.notes)).to.deep.equal(
        new Set(
          ["999999999", "0", "99999999999999999999999"].map((id) => `there is no message #${id} that you can see`),
        ),
      );
    });

    it("history with a misspelt name says that there are no messages, and which name is near", async () => {
      await talk("hello");
      const { terminal } = await visit(ani, { recent: 1 });
      const misspelt = budi.username.replace("budi", "bdui");
      terminal.type(`history ${misspelt}`);
      const { text } = await terminal.shows("note");
      expect(text).to.equal(`there are no messages with ${misspelt}; did you mean ${budi.username}?`);
      terminal.type(`history ${budi.username}`);
      const { text: known } = await terminal.shows("note", () => true, 2);
      expect(known).to.equal(`there are no messages with ${budi.username}`);
    });
  });

  describe("who comes and goes", () => {
    it("is shown, and counted in the status", async () => {
      const { terminal } = await visit(ani);
      const chat = await server.enter(budi);
      expect((await terminal.shows("presence")).joined).to.deep.equal([budi.username]);
      expect(terminal.status?.here).to.equal(2);
      await chat.accept(sendAll("hello"));
      await terminal.shows("message");
      chat.halfClose();
      const { left } = await terminal.shows("presence", ({ left }) => left.length > 0);
      expect(left).to.deep.equal([budi.username]);
      expect(terminal.status?.here).to.equal(1);
    });

    it("a join is shown before the first message of the user", async () => {
      const { terminal } = await visit(ani);
      const chat = await server.enter(budi);
      await terminal.until("the join", () => terminal.status?.here === 2);
      await chat.accept(sendAll("hello"));
      await terminal.shows("message");
      const kinds = terminal.items.map(({ kind }) => kind);
      expect(kinds.slice(-2)).to.deep.equal(["presence", "message"]);
    });

    it("is not shown with presence quiet, and not even counted with presence off", async () => {
      const { terminal } = await visit(ani, { preferences: { presence: "quiet" } });
      const chat = await server.enter(budi);
      await terminal.until("the join", () => terminal.status?.here === 2);
      await chat.accept(sendAll("hello"));
      await terminal.shows("message");
      terminal.type("presence off");
      await terminal.until("no number", () => terminal.status?.here === undefined);
      expect(terminal.of("presence")).to.deep.equal([]);
    });

    it("only the number of users is shown if more than 20 are online", async () => {
      const others = await Promise.all(Array.from({ length: 20 }, () => server.person("other")));
      for (const other of others) await server.enter(other);
      const { terminal } = await visit(ani);
      await terminal.shows("note", ({ text }) => text === "21 here: type list to see who");
      const chat = await server.enter(budi);
      await terminal.until("the join", () => terminal.status?.here === 22);
      await chat.accept(sendAll("hello"));
      await terminal.shows("message");
      expect(terminal.of("presence")).to.deep.equal([]);
      expect(terminal.of("list")).to.deep.equal([]);
    });
  });

  describe("leaving", () => {
    it("quit leaves without ending the session, and logout ends it and forgets it", async () => {
      const first = await visit(ani);
      first.terminal.type("quit");
      expect(await first.exit()).to.equal(Exit.FINE);
      expect(first.forgotten()).to.equal(0);
      const second = await visit(ani);
      second.terminal.type("logout");
      expect(await second.exit()).to.equal(Exit.FINE);
      expect(second.terminal.of("loggedOut")).to.have.length(1);
      expect(second.forgotten()).to.equal(1);
      expect(await markRead(ani, 0n).catch(({ reason }) => reason)).to.equal("SESSION_INVALID");
    });

    it("a session that the server ends is forgotten, too", async () => {
      const visitor = await visit(ani);
      await server.with((connection) => connection.logout(ani.token, true));
      expect(await visitor.exit()).to.equal(Exit.REFUSED);
      expect(visitor.forgotten()).to.equal(1);
    });
  });
});
