import { expect } from "chai";
import { sendAll } from "../support/commands.ts";
import { Program, run } from "../support/program.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { type Person, useFreshServer, useServer } from "../support/server.ts";

/** The lines that were said; people may come and go at any time. */
function said(out: string): string[] {
  return out
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("* "));
}

describe("A script", () => {
  const server = useServer();
  let ani: Person;
  let at: string[];
  let login: string;

  beforeEach(async () => {
    ani = await server.person("ani");
    at = ["--server", `127.0.0.1:${server.port}`, "--recent", "0"];
    login = `login ${ani.username} ${ani.password}`;
  });

  it("the first command of a script waits until the earlier messages are printed", async () => {
    const budi = await server.enter(await server.person("budi"));
    for (const text of ["one", "two", "three"]) await budi.accept(sendAll(text));
    const program = new Program([...at.slice(0, 2), "--recent", "3", "--json"]);
    const { code } = await program.end(login, "history", "list");
    expect(code).to.equal(0);
    const kinds = program.events.map(({ event }) => event).filter((event) => event !== "presence");
    const replay = ["message", "message", "message", "caughtUp"];
    expect(kinds).to.deep.equal(["signedIn", "connected", ...replay, "history", "list", "closed"]);
  });

  it("a script sends its messages, waits for all answers, and ends with 0", async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `sendall line ${index}`);
    const { code, out } = await run(at, [login, ...lines]);
    expect(code).to.equal(0);
    expect(said(out).map((line) => line.replace(/^\S+ /, ""))).to.deep.equal(
      lines.map((_, index) => `${ani.username}: line ${index}`),
    );
    expect(said(out)[0]).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
  });

  it("a script creates an account with the password on the second line", async () => {
    const name = `new-${ani.username}`;
    const { code, err } = await run(at, [`regist ${name}`, "correct horse", "sendall hello"]);
    expect(code).to.equal(0);
    expect(err).to.contain(`entered as ${name}`).and.not.to.contain("correct horse");
  });

  it("a script prints the messages of others and who is online", async () => {
    const budi = await server.person("budi");
    const chat = await server.enter(budi);
    const program = new Program(at);
    program.write(login, "list", "sendall here");
    await program.prints(/\d+ online: /);
    await program.prints(/: here/);
    await chat.accept(sendAll("one\nline, not two"));
    await program.prints(/one⏎line, not two/);
    const { code, out } = await program.end("logout");
    expect(code).to.equal(0);
    expect(out).to.contain(`${budi.username}: one⏎line, not two\n`);
    expect(out).to.match(new RegExp(`online: .*${budi.username}`));
  });

  it("a script whose first command is list sees itself", async () => {
    const { code, out } = await run(at, [login, "list"]);
    expect(code).to.equal(0);
    expect(said(out)[0]).to.match(/^[1-9]\d* online: /);
    expect(said(out)[0]).to.contain(ani.username);
  });

  it("a script whose sign-in is refused ends with 1, and standard error says why", async () => {
    const { code, out, err } = await run(at, [`login ${ani.username} wrong-password`, "sendall hello"]);
    expect({ code, out, err }).to.deep.equal({ code: 1, out: "", err: "No account has this name and password.\n" });
  });

  it("a script with a refused command ends with 1, after its other commands", async () => {
    const { code, out, err } = await run(at, [login, "sendto nobody-at-all hello", "sendall hello"]);
    expect(code).to.equal(1);
    expect(err).to.match(/refused: .*nobody-at-all.*\(RECIPIENT_UNKNOWN\)/);
    expect(out).to.contain(`${ani.username}: hello`);
  });

  it("a script with an unknown command ends with 2, and the server's answer lists the commands", async () => {
    const { code, out } = await run(at, [login, "dance", "sendall hello"]);
    expect(code).to.equal(2);
    expect(out).to.contain("dance is not a command; commands: sendall TEXT | sendto NAME TEXT");
    expect(out).to.contain(`${ani.username}: hello`);
  });

  it("a script without a sign-in line ends with 2", async () => {
    for (const lines of [["hello"], [], ["regist"]]) {
      const { code, err } = await run(at, lines);
      expect(code).to.equal(2);
      expect(err).to.contain("regist NAME [PASSWORD] | login NAME [PASSWORD]");
    }
  });

  it("a script ends with 3 if there is no server", async () => {
    const { code, err } = await run(["--server", "127.0.0.1:1"], [login]);
    expect(code).to.equal(3);
    expect(err).to.match(
      /^Nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\)\. Start an Obrolan server there, or name another one in --server\.\n$/,
    );
  });

  it("a script ends quietly with 0 when the reader of its output is gone", async () => {
    const budi = await server.enter(await server.person("budi"));
    const program = new Program(at);
    program.write(login, "sendall here");
    await program.prints(/: here/);
    program.child.stdout?.destroy();
    // It finds out by writing, and waits for no more lines then.
    await budi.accept(sendAll("is anybody listening?"));
    expect(await program.exit()).to.deep.include({ code: 0 });
    expect(program.err).to.equal(`entered as ${ani.username}\n`);
  });

  it("a script cannot send a line longer than a request, and continues", async () => {
    const { code, out, err } = await run(at, [login, `sendall ${"x".repeat(100_000)}`, "sendall short"]);
    expect(err).to.match(/This command is \d+ bytes long; at most 65536 can be sent/);
    expect(code).to.equal(1);
    expect(out).to.contain(`${ani.username}: short`);
  });

  it("a script whose connection is lost misses nothing, and posts its messages once", async () => {
    const network = await Network.start(server.port);
    try {
      const chat = await server.enter(await server.person("budi"));
      const program = new Program(["--server", network.address, "--recent", "0"]);
      program.write(login, "sendall before");
      await program.prints(/: before/);
      network.forbid();
      await chat.accept(sendAll("meanwhile"));
      program.write("sendall after");
      network.allow();
      await program.prints(/: after/);
      const { code, out } = await program.end();
      expect(code).to.equal(0);
      expect(said(out).map((line) => line.replace(/^.*: /, ""))).to.deep.equal(["before", "meanwhile", "after"]);
    } finally {
      await network.close();
    }
  });

  describe("with --json", () => {
    it("every event is an object with its id and time with --json", async () => {
      const chat = await server.enter(await server.person("budi"));
      const { id } = await chat.accept(sendAll("so far"));
      const program = new Program([...at, "--json"]);
      program.write(login, "sendall hello", `sendto ${ani.username} psst`, "list", "help");
      const { code } = await program.end("logout");
      expect(code).to.equal(0);
      const { events } = program;
      const kinds = events.map(({ event }) => event);
      expect(kinds.slice(0, 3)).to.deep.equal(["signedIn", "connected", "caughtUp"]);
      expect(kinds.slice(-2)).to.deep.equal(["closed", "loggedOut"]);
      const messages = events.filter(({ event }) => event === "message");
      const first = Number(id) + 1;
      expect(messages[0]).to.deep.include({ id: first, sender: ani.username, recipient: "", text: "hello" });
      expect(messages[1]).to.deep.include({ id: first + 1, recipient: ani.username, text: "psst" });
      expect(new Date(String(messages[0]?.sentAt)).toISOString()).to.equal(messages[0]?.sentAt);
      const accepted = events.filter(({ event }) => event === "accepted");
      expect(accepted.map((event) => event.id)).to.deep.equal([first, first + 1]);
      expect(events.find(({ event }) => event === "list")).to.have.property("total");
      expect(events.find(({ event }) => event === "help")).to.have.property("commands");
    });

    it("refusals and errors are objects too with --json", async () => {
      const program = new Program([...at, "--json"]);
      expect((await program.end(login, "sendto nobody-at-all hello")).code).to.equal(1);
      expect(program.events.find(({ event }) => event === "rejected")).to.include({ reason: "RECIPIENT_UNKNOWN" });
      expect(program.err).to.equal("");
      const refused = new Program([...at, "--json"]);
      expect((await refused.end("login nobody wrong-password")).code).to.equal(1);
      expect(refused.events).to.deep.equal([
        { event: "error", message: "No account has this name and password.", reason: "BAD_CREDENTIALS", exitCode: 1 },
      ]);
    });

    it("the token is never printed with --json", async () => {
      const program = new Program([...at, "--json"]);
      await program.end(login);
      expect(program.out).not.to.contain("token");
    });
  });
});

describe("A script that sends faster than the rate limit", () => {
  const server = useFreshServer({ limits: { messagesPerSecond: 50, burst: 2 } });

  it("a rate-limited script waits as the server says, and sends all messages in order", async () => {
    const ani = await server.person("ani");
    const lines = Array.from({ length: 8 }, (_, index) => `sendall ${index}`);
    const { code, out, err } = await run(
      ["--server", `127.0.0.1:${server.port}`],
      [`login ${ani.username} ${ani.password}`, ...lines],
    );
    expect(code).to.equal(0);
    expect(err).to.equal(`entered as ${ani.username}\n`);
    expect(out.match(/: \d\n/g)?.join("")).to.equal(lines.map((_, index) => `: ${index}\n`).join(""));
  });
});
