import { expect } from "chai";
import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import { ChatError, Status } from "../../../src/client/index.ts";
import { sendAll, sendTo } from "../../support/commands.ts";
import { type Person, useServer } from "../../support/server.ts";
import { useVisitors } from "../../support/visitors.ts";

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

    it("a line to an unknown user comes back with the name that is near", async () => {
      const { terminal } = await visit(ani);
      const chat = await server.enter(budi);
      await chat.accept(sendAll("hello"));
      await terminal.shows("message");
      const misspelt = budi.username.replace("budi", "bdui");
      terminal.type(`tell ${misspelt} hello`);
      expect(await terminal.shows("notSent")).to.include({ reason: "RECIPIENT_UNKNOWN" });
      const hint = `did you mean ${budi.username}? correct it, or Esc: drop it`;
      await terminal.until("the offer", () => terminal.offers[0]?.hint === hint);
    });

    it("a line that cannot be sent at all is reported in the same way", async () => {
      const { terminal } = await visit(ani);
      const line = `sendall ${"x".repeat(70_000)}`;
      terminal.type(line);
      expect((await terminal.shows("notSent")).line).to.equal(line);
      await terminal.until("the offer", () => terminal.offers[0]?.line === line);
    });
  });

  describe("say mode", () => {
    it("a line that may be a command or a sentence is sent as neither, and the person decides", async () => {
      const { terminal } = await visit(ani);
      terminal.type("say on");
      await terminal.shows("note");
      terminal.type("edit 5 of them were wrong");
      await terminal.until("the offer", () => terminal.offers.length > 0);
      expect(terminal.offers).to.deep.equal([
        {
          line: "/edit 5 of them were wrong",
          alternative: "sendall edit 5 of them were wrong",
          hint: CATALOGUES.en.room.runOrSay,
        },
      ]);
      expect(terminal.pendings).to.deep.equal([]);
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
          hint: CATALOGUES.en.room.sayIt,
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
    it("in say mode it comes back with the offer to send it to everyone", async () => {
      const { terminal } = await visit(ani, { preferences: { says: true } });
      terminal.type("list of things to do");
      expect((await terminal.shows("note")).text).to.match(/^type list: /);
      await terminal.until("the offer", () => terminal.offers[0]?.alternative === "sendall list of things to do");
    });

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

    it("help keys says what the keys do", async () => {
      const { terminal } = await visit(ani);
      terminal.type("Help  KEYS");
      const { commands } = await terminal.shows("help");
      expect(commands.find(({ usage }) => usage === "Ctrl-R")?.summary).to.contain("search earlier lines");
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
