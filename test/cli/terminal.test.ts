import { expect } from "chai";
import { sendAll, sendTo } from "../support/commands.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { useFreshServer } from "../support/server.ts";
import { useTerminals } from "../support/terminals.ts";

describe("The terminal client", () => {
  const server = useFreshServer();
  const { open, enter } = useTerminals(server);

  describe("the line being typed", () => {
    it("the line being typed stays whole, with its cursor, when a message comes", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const terminal = await enter(ani);
      const chat = await server.enter(budi);
      terminal.type("sendall unfinished");
      await terminal.until("the typed line", () => terminal.typing.before === "› sendall unfinished");
      terminal.type("\u001b[D\u001b[D");
      await terminal.until("the cursor two to the left", () => terminal.typing.after === "ed");
      await chat.accept(sendAll("interrupting"));
      await terminal.shows(`${budi.username}  interrupting\n› sendall unfinished`);
      const isWhole = () => terminal.typing.before === "› sendall unfinish" && terminal.typing.after === "ed";
      await terminal.until("the line with its cursor", isWhole);
      terminal.enter("!");
      await terminal.shows("you  unfinish!ed");
    });

    it("a line longer than the terminal is wide stays whole", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const terminal = await enter(ani, { columns: 40 });
      const chat = await server.enter(budi);
      const text = "a line that goes on and on until it has to be wrapped around the edge, twice even";
      terminal.type(`sendall ${text}`);
      await terminal.shows("twice even");
      const typed = () => {
        const { rows, cursor } = terminal.screen;
        return rows
          .slice(
            rows.findLastIndex((row) => row.startsWith("›")),
            cursor.row + 1,
          )
          .join("\n");
      };
      const before = typed();
      for (const word of ["one", "two", "three"]) await chat.accept(sendAll(word));
      await terminal.shows(/ three\n/);
      await terminal.until("the line as it was", () => typed() === before);
      expect(terminal.text.match(/› sendall/g)).to.have.length(1);
      terminal.enter("");
      await terminal.shows(/you +a line that/);
      expect(terminal.text).not.to.contain("› sendall");
    });

    it("the arrow keys bring earlier lines back, but never a line with a password", async () => {
      const terminal = await enter(await server.person("ani"));
      terminal.enter("sendall once");
      await terminal.shows("you  once");
      terminal.type("\u001b[A");
      await terminal.until("the earlier line", () => terminal.typing.before === "› sendall once");
      terminal.type("\u001b[A!");
      await terminal.until("no earlier line", () => terminal.typing.before === "› sendall once!");
    });

    it("Tab completes names of commands and users", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const terminal = await enter(ani);
      await server.enter(budi);
      await terminal.shows(`${budi.username} came in`);
      for (const key of "sendt") terminal.type(key);
      await terminal.until("the typed letters", () => terminal.typing.before === "› sendt");
      terminal.type("\t");
      await terminal.until("the command", () => terminal.typing.before === "› sendto ");
      terminal.type("b");
      await terminal.until("the typed letter", () => terminal.typing.before === "› sendto b");
      terminal.type("\t");
      await terminal.until("the name", () => terminal.typing.before === `› sendto ${budi.username} `);
    });
  });

  describe("a password", () => {
    it("a password that was left out is asked for, and not shown while it is typed", async () => {
      const terminal = open();
      await terminal.shows("regist NAME [PASSWORD]");
      terminal.enter("regist ani");
      await terminal.shows("new password for ani:");
      terminal.type("correct");
      terminal.enter("-horse");
      await terminal.shows("the same password again:");
      terminal.enter("correct-horse");
      await terminal.shows("your account is made, ani");
      expect(terminal.raw).not.to.contain("correct");
      expect(terminal.raw).not.to.contain("horse");
      const again = open();
      await again.shows("login NAME [PASSWORD]");
      again.enter("login ani");
      await again.shows("password for ani:");
      again.enter("correct-horse");
      await again.shows("welcome back, ani");
    });

    it("a password that was typed after the name does not stay on the screen", async () => {
      const ani = await server.person("ani");
      const terminal = await enter(ani);
      expect(terminal.text).not.to.contain(ani.password);
    });
  });

  describe("messages of others", () => {
    it("control characters of others never reach the terminal", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const terminal = await enter(ani, { env: { NO_COLOR: "1" } });
      const chat = await server.enter(budi);
      const evil = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eback\rstart\u0000".replace("\u0000", "\u0008");
      await chat.accept(sendAll(evil));
      await chat.accept(sendTo(ani.username, `${evil}, in private`));
      await terminal.shows("in private");
      expect(terminal.text).to.contain(`${budi.username}  ␛[2J␛]0;owned␇<009B>31m<202E>back␍start␈`);
      for (const harm of ["\u001b[2J", "\u001b]0", "owned\u0007", "\u009b", "\u202e", "\u0008"]) {
        expect(terminal.raw).not.to.contain(harm);
      }
    });

    it("further lines of a message stand below its first line", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const terminal = await enter(ani);
      const chat = await server.enter(budi);
      await chat.accept(sendAll("first\nsecond"));
      await terminal.shows(`${budi.username}  first\n      second\n›`);
    });

    it("earlier messages are shown, as many as --recent says", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const chat = await server.enter(budi);
      for (const text of ["one", "two", "three"]) await chat.accept(sendAll(text));
      const terminal = await enter(ani, { args: ["--recent", "2"] });
      await terminal.shows("three");
      expect(terminal.text).not.to.contain(" one");
    });

    it("names have colours, but none if NO_COLOR is set", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const chat = await server.enter(budi);
      await chat.accept(sendAll("hello"));
      const sgr = "\u001b[0m";
      const coloured = await enter(ani);
      await coloured.until("colours", () => coloured.raw.includes(sgr));
      const plain = await enter(ani, { env: { NO_COLOR: "1" } });
      await plain.shows(`${budi.username}  hello`);
      expect(plain.raw).not.to.contain(sgr);
    });

    it("on a terminal that cannot move its cursor, messages come without moving it", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const chat = await server.enter(budi);
      const terminal = open({ env: { TERM: "dumb" } });
      terminal.enter(`login ${ani.username} ${ani.password}`);
      await terminal.shows(`entered as ${ani.username}`);
      await terminal.shows(/\d online: /);
      await chat.accept(sendAll("hello"));
      await terminal.shows(`${budi.username}: hello`);
      expect(terminal.raw).not.to.contain("\u001b");
    });
  });

  describe("leaving", () => {
    it("Ctrl-D leaves, others see it at once, and the program ends with 0", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const witness = await enter(budi);
      const terminal = await enter(ani);
      await witness.shows(`${ani.username} came in`);
      terminal.type("\u0004");
      expect(await terminal.exit()).to.equal(0);
      await witness.shows(`${ani.username} left`);
    });

    it("Ctrl-C clears the line, twice on an empty line it leaves, and the program ends with 0", async () => {
      const terminal = await enter(await server.person("ani"));
      terminal.type("sendall never to be sent");
      await terminal.shows("never to be sent");
      terminal.type("\u0003");
      await terminal.until("an empty line", () => terminal.typing.before === "› ");
      terminal.type("\u0003");
      await terminal.shows("Ctrl-C again: leave");
      terminal.type("\u0003");
      expect(await terminal.exit()).to.equal(0);
    });

    it("Ctrl-C twice ends the program on the first screen and at the password prompt", async () => {
      const first = open();
      await first.shows("login NAME [PASSWORD]");
      first.type("\u0003\u0003");
      expect(await first.exit()).to.equal(0);
      const second = open();
      await second.shows("login NAME [PASSWORD]");
      second.enter("login ani");
      await second.shows("password for ani:");
      second.type("\u0003\u0003");
      expect(await second.exit()).to.equal(0);
    });

    it("the program ends with the reason when the session ends", async () => {
      const ani = await server.person("ani");
      const terminal = await enter(ani);
      await server.with((connection) => connection.logout(ani.token, true));
      expect(await terminal.exit()).to.equal(1);
      expect(terminal.text).to.contain("this session was logged out");
    });
  });

  describe("the connection", () => {
    let network: Network;

    beforeEach(async () => {
      network = await Network.start(server.port);
    });

    afterEach(() => network.close());

    it("the program ends with 3 if there is no server, before it asks for a password, and names --server", async () => {
      const terminal = open({ at: "127.0.0.1:1" });
      expect(await terminal.exit()).to.equal(3);
      expect(terminal.text.replaceAll("\n", " ")).to.match(/Nothing listens at 127\.0\.0\.1:1 .*--server/);
    });

    it("a lost connection is reported, nothing is missed, and lines typed meanwhile are sent", async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const terminal = await enter(ani, { at: network.address });
      const chat = await server.enter(budi);
      network.forbid();
      await terminal.shows("· connection lost, trying again");
      await chat.accept(sendAll("you cannot hear this"));
      terminal.enter("sendall can you hear me?");
      await terminal.shows("waiting: sendall can you hear me?");
      network.allow();
      await terminal.shows("· back, nothing missed");
      await terminal.shows("you  can you hear me?");
      await terminal.shows(`${budi.username}  you cannot hear this`);
      expect((await chat.next("message", ({ sender }) => sender === ani.username)).text).to.equal("can you hear me?");
      await terminal.until("no line that waits", () => terminal.text.match(/can you hear me\?/g)?.length === 1);
    });

    it("the connection is lost with a reason when the server is stopped", async () => {
      const terminal = await enter(await server.person("ani"), { at: network.address });
      await server.stop();
      await terminal.shows("· the server is being stopped, trying again");
      terminal.type("\u0004");
      expect(await terminal.exit()).to.equal(0);
    });
  });
});
