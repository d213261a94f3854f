import { expect } from "chai";
import { mayHoldPassword, passwordPrompt, readFirstLine } from "../../src/cli/signInLine.ts";
import { sendAll } from "../support/commands.ts";
import { run } from "../support/program.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { useServer } from "../support/server.ts";
import { useTerminals } from "../support/terminals.ts";

const SECRET = "rahasia123";

describe("readFirstLine and passwordPrompt", () => {
  const wrong: [string, RegExp][] = [
    [`regster budi ${SECRET}`, /Did you mean regist\?/],
    [`register budi ${SECRET}`, /Did you mean regist\?/],
    [`/login budi ${SECRET}`, /Did you mean login\?/],
    [`Lgoin budi ${SECRET}`, /Did you mean login\?/],
    [`login,budi,${SECRET}`, /does not begin with a command\.$/],
    [`login:budi:${SECRET}`, /does not begin with a command\.$/],
    [`budi ${SECRET}`, /does not begin with a command\.$/],
    [SECRET, /does not begin with a command\.$/],
    [`sendall ${SECRET}`, /"sendall" is a command of the room: sign in first\.$/],
    ["login", /"login" needs a name\.$/],
    ["REGIST ", /"regist" needs a name\.$/],
  ];
  for (const [line, sentence] of wrong) {
    it(`"${line}" is refused with a sentence that repeats nothing of it`, () => {
      const first = readFirstLine(line);
      if (first.kind !== "wrong") throw new Error("the line was taken");
      expect(first.message).to.match(sentence).and.not.to.contain("budi").and.not.to.contain(SECRET);
    });
  }

  const right: [string, string, boolean, string, string | undefined][] = [
    ["as it is usually typed", `login budi ${SECRET}`, false, "budi", SECRET],
    ["in upper case", `REGIST budi ${SECRET}`, true, "budi", SECRET],
    ["in full-width letters", `ｌｏｇｉｎ budi ${SECRET}`, false, "budi", SECRET],
    ["behind white space", ` \tlogin budi ${SECRET}`, false, "budi", SECRET],
    ["with tabs and several spaces", `login  \t budi\t${SECRET}`, false, "budi", SECRET],
    ["with white space in the password", "login budi  a b ", false, "budi", " a b "],
    ["without a password", "login budi", false, "budi", undefined],
    ["without a password but with a space", "regist budi ", true, "budi", undefined],
  ];
  for (const [how, line, creates, username, password] of right) {
    it(`the first line is a sign-in ${how}`, () => {
      expect(readFirstLine(line)).to.deep.equal({
        kind: "signIn",
        creates,
        username,
        ...(password === undefined ? {} : { password }),
      });
    });
  }

  it("a script's first line may not use the words of other programs, and a person's may", () => {
    const lines: [string, string][] = [
      ["register budi x", "signIn"],
      ["/REGISTER budi x", "signIn"],
      ["signup budi", "signIn"],
      ["signin budi", "signIn"],
      ["/login budi", "signIn"],
      ["register", "incomplete"],
      ["login ", "incomplete"],
      [" help", "help"],
      ["/help me", "help"],
      ["?", "help"],
      ["quit", "quit"],
      ["/exit", "quit"],
    ];
    for (const [line, kind] of lines) {
      expect(readFirstLine(line).kind, line).to.equal("wrong");
      expect(readFirstLine(line, { isPerson: true }).kind, line).to.equal(kind);
    }
    expect(readFirstLine("/signup budi x", { isPerson: true })).to.include({ creates: true, password: "x" });
    expect(readFirstLine("signin budi x", { isPerson: true })).to.include({ creates: false, password: "x" });
  });

  for (const [line] of wrong) {
    it(`the sentence about a person's first line "${line}" repeats nothing of it`, () => {
      const first = readFirstLine(line, { isPerson: true });
      if ("message" in first) expect(first.message).not.to.contain("budi").and.not.to.contain(SECRET);
      else expect(first).to.include({ kind: "signIn", username: "budi", password: SECRET });
    });
  }

  it("the password prompt does not repeat a name that may hold a password", () => {
    expect(passwordPrompt("budi")).to.equal("password for budi: ");
    expect(passwordPrompt(`budi:${SECRET}`)).to.equal("password: ");
    expect(passwordPrompt("\u001b[2J")).to.equal("password: ");
  });
});

describe("mayHoldPassword", () => {
  it("a line in the room that begins like a sign-in may hold a password", () => {
    for (const line of ["login budi x", " LOGIN budi x", "/regist budi x", "regster budi x", "ｌｏｇｉｎ budi x"]) {
      expect(mayHoldPassword(line), line).to.equal(true);
    }
    for (const line of ["sendall login budi x", "logout", "list", "help", "sendto login x", "dance", ""]) {
      expect(mayHoldPassword(line), line).to.equal(false);
    }
  });
});

describe("A password", () => {
  const server = useServer();
  const { open, enter } = useTerminals(server);

  it("a script with a mistyped sign-in does not print the password, with and without --json", async () => {
    const at = ["--server", `127.0.0.1:${server.port}`];
    for (const args of [at, [...at, "--json"]]) {
      for (const line of [`regster budi ${SECRET}`, `/login budi ${SECRET}`, `login:budi:${SECRET}`, SECRET]) {
        const { code, out, err } = await run(args, [line]);
        expect(code, line).to.equal(2);
        expect(out + err, line).not.to.contain(SECRET);
      }
      const { code, out, err } = await run(args, [`regist budi:${SECRET}`, SECRET]);
      expect(code).to.equal(1);
      expect(out + err)
        .to.contain("cannot be a username")
        .and.not.to.contain(SECRET);
    }
  });

  it("a terminal does not print the password of a mistyped line", async () => {
    const terminal = open();
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter(`regster budi ${SECRET}`);
    expect(await terminal.exit()).to.equal(2);
    expect(terminal.text).to.contain("Did you mean regist?").and.not.to.contain(SECRET);
  });

  it("the history of a terminal has no password, typed before the room or in it", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const chat = await server.enter(budi);
    const terminal = await enter(ani);
    terminal.enter("sendall first");
    await terminal.shows("you  first");
    terminal.enter(`login ${ani.username} ${SECRET}`);
    await terminal.shows("login is not a command.");
    // Up: the newest line that is remembered.
    terminal.type("\u001b[A\r");
    await chat.next("message", ({ text }) => text === "first");
    await chat.next("message", ({ text }) => text === "first");
    expect(terminal.text).not.to.contain(SECRET);
  });

  it("a line that is kept until the connection is back is not shown if it may hold a password", async () => {
    const network = await Network.start(server.port);
    const [ani, budi] = await server.people("ani", "budi");
    const chat = await server.enter(budi);
    const terminal = await enter(ani, { at: network.address });
    network.forbid();
    await terminal.shows("connection lost");
    terminal.enter(`login ${ani.username} ${SECRET}`);
    await terminal.shows(/kept until the connection is back$/m);
    network.allow();
    await terminal.shows("login is not a command.");
    await chat.accept(sendAll("still here?"));
    await terminal.shows("still here?");
    expect(terminal.text).not.to.contain(SECRET);
    await network.close();
  });

  for (const args of [[`--password=${SECRET}`], ["--password", SECRET], ["send", "--token", SECRET, "hello"]]) {
    it(`a secret on the command line is refused with the flags for secrets: obrolan ${args.join(" ")}`, async () => {
      const { code, err } = await run(args);
      expect(code).to.equal(2);
      expect(err)
        .to.match(/^obrolan: --(password|token) is not a flag of obrolan( send)?: other users of the machine see/)
        .and.to.contain("Use --user NAME with --password-stdin, or --token-file FILE.")
        .and.not.to.contain(SECRET);
    });
  }

  const flags = [
    [`--password=${SECRET}`],
    [`--serv=${SECRET}`],
    [`--json=${SECRET}`],
    [`-p${SECRET}`],
    [`--${SECRET}`],
    [SECRET],
    ["login", "budi", SECRET],
    ["health", SECRET],
    ["backup", "file", SECRET],
    ["serve", `--database-urll=${SECRET}`],
    ["--server", `budi:${SECRET}@127.0.0.1:1`],
  ];
  for (const args of flags) {
    it(`an error does not repeat a password of the command line: obrolan ${args.join(" ")}`, async () => {
      const { code, out, err } = await run(args);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err)
        .to.match(/^obrolan: .*\.\n$/)
        .and.not.to.contain(SECRET);
    });
  }
});
