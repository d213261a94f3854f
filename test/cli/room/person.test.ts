import { expect } from "chai";
import { Exit } from "../../../src/cli/exit.ts";
import { ChatError, connect, Status } from "../../../src/client/index.ts";
import { edit, sendAll, sendTo } from "../../support/commands.ts";
import { eventually } from "../../support/eventLoop.ts";
import { Proxy as Network } from "../../support/proxy.ts";
import { type Person, useFreshServer, useServer } from "../../support/server.ts";
import { useVisitors, type Visitor } from "../../support/visitors.ts";

describe("A person's lines in the room", () => {
  const server = useServer();
  const { visit } = useVisitors(server);
  let ani: Person;
  let budi: Person;

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
  });

  describe("a line that is sent", () => {
    it("a line is pending at once, until its own message is shown", async () => {
      const { terminal } = await visit(ani);
      terminal.type("sendall hello");
      await terminal.shows("message", ({ text }) => text === "hello");
      await terminal.until("no pending line", () => terminal.pending.length === 0);
      const [first] = terminal.pendings;
      expect(first?.map(({ line, isHeld }) => ({ line, isHeld }))).to.deep.equal([
        { line: "sendall hello", isHeld: false },
      ]);
      expect(terminal.of("accepted")).to.deep.equal([]);
      expect(terminal.offers).to.deep.equal([]);
    });

    it("edits and deletions are pending until they are shown, with or without # before the number", async () => {
      const { terminal } = await visit(ani);
      terminal.type("sendall helo");
      const { id } = await terminal.shows("message");
      terminal.type(`edit #${id} hello`);
      await terminal.shows("edited");
      terminal.type(`delete ${id}`);
      await terminal.shows("deleted");
      await terminal.until("no pending line", () => terminal.pending.length === 0);
      expect(terminal.pendings.flat().map(({ line }) => line)).to.include.members([
        `edit #${id} hello`,
        `delete ${id}`,
      ]);
    });

    it("a refused line is reported with its text and the reason, and goes back into the input", async () => {
      const { terminal } = await visit(ani);
      terminal.type(`sendto ${budi.username} hello`);
      const { line, reason, message } = await terminal.shows("notSent");
      expect({ line, reason }).to.deep.equal({ line: `sendto ${budi.username} hello`, reason: "RECIPIENT_OFFLINE" });
      expect(message).to.contain(budi.username);
      await terminal.until("the offer", () => terminal.offers.length > 0);
      expect(terminal.offers).to.deep.equal([
        { line, alternative: undefined, hint: "Enter: send it again, Esc: drop it" },
      ]);
      expect(terminal.pending).to.deep.equal([]);
    });

    it("a line that cannot be sent at all is reported in the same way", async () => {
      const { terminal } = await visit(ani);
      const line = `sendall ${"x".repeat(70_000)}`;
      terminal.type(line);
      expect((await terminal.shows("notSent")).line).to.equal(line);
      await terminal.until("the offer", () => terminal.offers[0]?.line === line);
    });
  });

  describe("a line that is no command", () => {
    it("the server's list is shown, and the line comes back with the offer to send it to everyone", async () => {
      const { terminal } = await visit(ani);
      terminal.type("good morning");
      const { unknownCommand, commands } = await terminal.shows("help");
      expect(unknownCommand).to.equal("good");
      const listed = commands.map(({ name }) => name);
      expect(listed).to.include.members(["sendall", "history", "say", "quit"]);
      expect(new Set(listed).size).to.equal(listed.length);
      await terminal.until("the offer", () => terminal.offers.length > 0);
      expect(terminal.offers).to.deep.equal([
        {
          line: "good morning",
          alternative: "sendall good morning",
          hint: "Ctrl-S: send it to everyone, Esc: drop it",
        },
      ]);
    });

    it("a line that may hold a password is neither offered nor shown as pending", async () => {
      const { terminal } = await visit(ani);
      terminal.type("login ani correct-horse");
      expect((await terminal.shows("help")).unknownCommand).to.equal("login");
      terminal.type("sendall after it");
      await terminal.shows("message");
      expect(JSON.stringify([terminal.offers, terminal.pendings])).not.to.contain("horse");
      expect(JSON.stringify(terminal.items, (_, value) => String(value))).not.to.contain("horse");
    });

    it("in say mode it goes to everyone, and the status says so", async () => {
      const { terminal, preferences } = await visit(ani);
      const chat = await server.enter(budi);
      terminal.type("say on");
      await terminal.until("say mode", () => terminal.status?.isSayMode === true);
      expect(preferences.read().says).to.equal(true);
      terminal.type("good morning");
      expect((await chat.next("message")).text).to.equal("good morning");
      terminal.type("//quit is a command");
      expect((await chat.next("message", ({ text }) => text.startsWith("/"))).text).to.equal("/quit is a command");
      terminal.type("login ani correct-horse");
      await terminal.shows("note", ({ text }) => text.startsWith("not sent: the line begins like a sign-in"));
      terminal.type("say off");
      await terminal.until("the end of say mode", () => terminal.status?.isSayMode === false);
      terminal.type("good night");
      expect((await terminal.shows("help")).unknownCommand).to.equal("good");
      expect(JSON.stringify([terminal.offers, terminal.pendings])).not.to.contain("horse");
    });

    it("say alone says which, and other words after it are offered to everyone", async () => {
      const { terminal } = await visit(ani);
      terminal.type("say");
      await terminal.shows("note", ({ text }) => text.startsWith("a line that is no command is not sent"));
      terminal.type("say good morning");
      await terminal.shows("note", ({ text }) => text === "say takes one of these: on, off");
      await terminal.until("the offer", () => terminal.offers[0]?.alternative === "sendall good morning");
    });

    it("the commands of IRC are understood", async () => {
      const { terminal } = await visit(ani);
      const chat = await server.enter(budi);
      terminal.type(`/msg ${budi.username} psst`);
      expect(await chat.next("message")).to.include({ text: "psst", recipient: budi.username });
      terminal.type("/me waves");
      expect(await chat.next("message", ({ recipient }) => recipient === "")).to.include({ text: "* waves" });
      terminal.type("/who");
      await terminal.shows("list", () => true, 2);
      terminal.type("/help");
      expect((await terminal.shows("help")).unknownCommand).to.equal("");
    });
  });

  describe("a line that does not fit its command", () => {
    for (const [line, usage] of [
      ["edit", "edit ID TEXT"],
      ["edit seven x", "edit ID TEXT"],
      ["reply x hello", "reply ID TEXT"],
      ["delete", "delete ID"],
      ["sendto", "sendto NAME TEXT"],
      ["jump", "jump ID"],
      ["new things", "new"],
      ["search", "search WORDS"],
    ] as const) {
      it(`${line} is answered with the usage of its command alone, and comes back`, async () => {
        const { terminal } = await visit(ani);
        terminal.type(line);
        const { text } = await terminal.shows("note");
        expect(text.startsWith(`type ${usage}: `), text).to.equal(true);
        await terminal.until("the offer", () => terminal.offers[0]?.line === line);
        expect(terminal.of("help")).to.deep.equal([]);
      });
    }

    it("a refused search comes back, and search alone then says what to type", async () => {
      const { terminal } = await visit(ani);
      terminal.type("search !?");
      expect(await terminal.shows("error")).to.include({ reason: "QUERY_INVALID" });
      await terminal.until("the offer", () => terminal.offers[0]?.line === "search !?");
      terminal.type("search");
      await terminal.shows("note", ({ text }) => text.startsWith("type search WORDS: "));
    });
  });

  describe("settings", () => {
    it("a setting is changed, alone it says how it is set, and a wrong value names those that it takes", async () => {
      const { terminal, preferences } = await visit(ani);
      for (const line of ["presence quiet", "bell pm", "notices ON", "presence", "bell loud"]) terminal.type(line);
      await terminal.shows("note", () => true, 5);
      expect(terminal.notes).to.deep.equal([
        "who comes and goes is not shown, only how many are here",
        "the bell rings for private messages",
        "the desktop shows private messages, and messages with your name",
        "who comes and goes is not shown, only how many are here",
        "bell takes one of these: off, pm, all",
      ]);
      expect(preferences.read()).to.include({ presence: "quiet", bell: "pm", notices: true });
    });

    it("a command whose call fails is reported, and comes back", async () => {
      const { terminal, client } = await visit(ani);
      client.history = () => {
        throw new ChatError(Status.RESOURCE_EXHAUSTED, "Too many calls.", { reason: "OVERLOADED" });
      };
      terminal.type("new");
      expect(await terminal.shows("error")).to.include({ reason: "OVERLOADED", message: "Too many calls." });
      await terminal.until("the offer", () => terminal.offers[0]?.line === "new");
    });

    it("a setting that cannot be kept holds until the person leaves, and the answer says so", async () => {
      const { terminal, preferences } = await visit(ani);
      const write = preferences.write.bind(preferences);
      preferences.write = async (changed) => {
        await write(changed);
        throw new Error("the disk is full");
      };
      terminal.type("bell off");
      const { text } = await terminal.shows("note");
      expect(text).to.match(/^the bell does not ring; but only until you leave, .*: the disk is full$/);
    });

    it("a person is answered in their language", async () => {
      const { terminal } = await visit(ani, { language: "id" });
      terminal.type("bell off");
      expect((await terminal.shows("note")).text).to.equal("bel tidak berbunyi");
      terminal.type("help");
      const { commands } = await terminal.shows("help");
      expect(commands.find(({ name }) => name === "quit")?.summary).to.match(/^keluar/);
    });
  });

  describe("being told", () => {
    it("a private message and one's own name draw attention, and what came before does not", async () => {
      const chat = await server.enter(budi);
      await chat.accept(sendAll(`${ani.username}, are you there?`));
      const { terminal } = await visit(ani, { recent: 5 });
      await chat.accept(sendTo(ani.username, "psst"));
      await chat.accept(sendAll(`Welcome @${ani.username}!`));
      await chat.accept(sendAll("Nothing for anybody."));
      await terminal.shows("message", ({ text }) => text.startsWith("Nothing"));
      expect(terminal.notices.map(({ body }) => body)).to.deep.equal(["psst", `Welcome @${ani.username}!`]);
      expect(terminal.status?.unread).to.equal(3);
    });

    it("names are completed, the last speaker first", async () => {
      const { terminal } = await visit(ani);
      const [first, second] = await server.people("zaki-a", "zaki-b");
      await server.enter(first);
      const chat = await server.enter(second);
      await chat.accept(sendAll("hello"));
      await terminal.shows("message");
      await terminal.until("both names", () => terminal.complete("sendall zaki").candidates.length === 2);
      expect(terminal.complete("sendall zaki")).to.deep.equal({ from: 8, candidates: [second, first].map(nameOf) });
    });
  });
});

function nameOf({ username }: Person): string {
  return username;
}

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

    it("with more than 20 users online, only their number is shown", async () => {
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

describe("A person's lines while they cannot be sent", () => {
  const server = useFreshServer({ limits: { messagesPerSecond: 4, burst: 1 } });
  const { visit } = useVisitors(server);
  let network: Network;
  let ani: Person;
  let budi: Person;

  beforeEach(async () => {
    network = await Network.start(server.port);
    [ani, budi] = await server.people("ani", "budi");
  });

  afterEach(() => network.close());

  it("lines beyond the rate limit stay pending and held, and are sent by themselves, in their order", async () => {
    const { terminal } = await visit(ani);
    const texts = ["one", "two", "three", "four"];
    for (const text of texts) terminal.type(`sendall ${text}`);
    await terminal.until("a held line", () => terminal.pending.some(({ isHeld }) => isHeld));
    await terminal.shows("message", () => true, texts.length);
    await terminal.until("no pending line", () => terminal.pending.length === 0);
    expect(terminal.of("message").map(({ text }) => text)).to.deep.equal(texts);
    expect([...terminal.of("rejected"), ...terminal.of("notSent")]).to.deep.equal([]);
  });

  it("quit waits for lines beyond the rate limit", async () => {
    const { terminal, exit } = await visit(ani);
    const chat = await server.enter(budi);
    for (const line of ["sendall one", "sendall two", "sendall three", "quit"]) terminal.type(line);
    for (const text of ["one", "two", "three"]) {
      expect((await chat.next("message", ({ sender }) => sender === ani.username)).text).to.equal(text);
    }
    expect(await exit()).to.equal(Exit.FINE);
    expect(terminal.of("notSent")).to.deep.equal([]);
  });

  it("a line that is typed while the connection is away is held, and sent when it is back", async () => {
    const { terminal } = await visit(ani, { at: network.address });
    network.forbid();
    await terminal.until("the loss", () => terminal.status?.connection.kind === "away");
    expect(terminal.status?.here).to.equal(undefined);
    terminal.type("sendall are you there?");
    await terminal.shows("held");
    expect(terminal.pending.map(({ line, isHeld }) => ({ line, isHeld }))).to.deep.equal([
      { line: "sendall are you there?", isHeld: true },
    ]);
    network.allow();
    await terminal.shows("message");
    await terminal.until("the status", () => terminal.status?.connection.kind === "live" && terminal.status.here === 1);
    expect(terminal.pending).to.deep.equal([]);
  });

  it("leaving at once says which lines were not sent", async () => {
    const { terminal, exit } = await visit(ani, { at: network.address });
    network.forbid();
    await terminal.until("the loss", () => terminal.status?.connection.kind === "away");
    terminal.type("sendall never");
    terminal.type("quit");
    expect((await terminal.shows("leaving")).pending).to.equal(1);
    terminal.interrupt();
    expect(await exit()).to.equal(Exit.FINE);
    expect(terminal.of("notSent")).to.deep.equal([
      { kind: "notSent", line: "sendall never", message: "you left before it was sent" },
    ]);
    expect(terminal.pending).to.deep.equal([]);
  });
});
