import { expect } from "chai";
import { type ChatStream, expectKind } from "../support/chatStream.ts";
import { type Received, typed } from "../support/commands.ts";
import { nameOf } from "../support/expect.ts";
import { type Person, useServer } from "../support/server.ts";

describe("A text_command", function () {
  this.timeout(60_000);
  const server = useServer();
  let ana: Person;
  let bob: Person;
  let anas: ChatStream;

  before(async () => {
    [ana, bob] = await server.people("ana", "bob");
  });
  beforeEach(async () => {
    anas = await server.enter(ana);
    await server.enter(bob);
  });

  /** The text and recipient with which the line is posted. */
  async function posted(line: string): Promise<{ recipient: string; text: string }> {
    const { id } = await anas.accept(typed(line));
    const { recipient, text } = await anas.next("message", (message) => message.id === id);
    return { recipient, text };
  }

  async function helpFor(line: string): Promise<Received<"help">> {
    return expectKind("help", await anas.ask(typed(line)));
  }

  const toAll: Record<string, string> = {
    "sendall hello there": "hello there",
    "SENDALL hello": "hello",
    "SendAll Hello": "Hello",
    "sendall  two spaces before": " two spaces before",
    "sendall a  b  ": "a  b  ",
    "sendall  ": " ",
    "sendall sendall x": "sendall x",
    "sendall line end\n": "line end",
    "sendall carriage return and line feed\r\n": "carriage return and line feed",
    "sendall two\nlines": "two\nlines",
    "sendall tab\t\n": "tab\t",
    "sendall 🦜": "🦜",
  };
  for (const [line, text] of Object.entries(toAll)) {
    it(`the text_command ${JSON.stringify(line)} says ${JSON.stringify(text)} to everyone`, async () => {
      expect(await posted(line)).to.deep.equal({ recipient: "", text });
    });
  }

  const toBob: Record<string, string> = {
    "sendto BOB hello there": "hello there",
    "SENDTO BOB hello": "hello",
    "sendto BOB  two spaces before": " two spaces before",
    "sendto BOB a  b  ": "a  b  ",
    "sendto BOB line end\r\n": "line end",
  };
  for (const [line, text] of Object.entries(toBob)) {
    it(`the text_command ${JSON.stringify(line)} says ${JSON.stringify(text)} to bob`, async () => {
      expect(await posted(line.replace("BOB", bob.username))).to.deep.equal({ recipient: bob.username, text });
    });
  }

  it("a text_command takes upper case in the recipient's name as lower case", async () => {
    expect(await posted(`sendto ${bob.username.toUpperCase()} hello`)).to.include({ recipient: bob.username });
  });

  it("a text_command is refused like the command that it stands for", async () => {
    for (const [line, reason] of [
      [`sendall ${"x".repeat(4097)}`, "TEXT_TOO_LONG"],
      ["sendall a\u0000b", "TEXT_INVALID"],
      ["sendto nobody hello", "RECIPIENT_UNKNOWN"],
    ] as const) {
      expect(nameOf((await anas.refuse(typed(line))).reason)).to.equal(reason);
    }
  });

  for (const line of ["help", "HELP", "help\n", "help me"]) {
    it(`the text_command ${JSON.stringify(line)} asks for help, without an unknown command`, async () => {
      const help = await helpFor(line);
      expect(help.unknownCommand).to.equal("");
      expect(help.commands.length).to.be.at.least(3);
    });
  }

  for (const line of ["sendall", "SENDALL", "sendall\n", "sendto", "sendto bob", "sendto bob\r\n"]) {
    it(`the text_command ${JSON.stringify(line)}, without its arguments, is answered with help`, async () => {
      expect((await helpFor(line)).unknownCommand).to.equal("");
    });
  }

  const unknown: Record<string, string> = {
    "dance now": "dance",
    Dance: "Dance",
    "dance\n": "dance",
    "": "",
    " sendall leading space": "",
    "sendall\thello": "sendall\thello",
    "sendall: x": "sendall:",
    "/sendall x": "/sendall",
    [`${"x".repeat(64)} y`]: "x".repeat(64),
    [`${"x".repeat(65)} y`]: "x".repeat(64),
    [`${"é".repeat(40)} y`]: "é".repeat(32),
    [`${"€".repeat(30)} y`]: "€".repeat(21),
    [`${"🦜".repeat(17)} y`]: "🦜".repeat(16),
    ["x".repeat(60_000)]: "x".repeat(64),
  };
  for (const [line, word] of Object.entries(unknown)) {
    const start = JSON.stringify(line.slice(0, 30));
    it(`the text_command ${start} is answered with help that names ${JSON.stringify(word)}`, async () => {
      expect((await helpFor(line)).unknownCommand).to.equal(word);
    });
  }

  it("a text_command with a command of the client (list, logout) is answered with help, without effect", async () => {
    for (const line of ["list", "logout"]) {
      const { unknownCommand, commands } = await helpFor(line);
      expect(unknownCommand).to.equal(commands.some(({ name }) => name === line) ? "" : line);
    }
    expect(await server.online(ana)).to.include(ana.username);
  });
});
