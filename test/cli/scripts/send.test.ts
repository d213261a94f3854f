import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { useFolder } from "../../support/folder.ts";
import { Program, run } from "../../support/program.ts";
import { Proxy as Network } from "../../support/proxy.ts";
import { type Person, useFreshServer, useServer } from "../../support/server.ts";
import { liveSessions } from "../../support/sessions.ts";
import { PROGRAM, plainEnvironment, Terminal } from "../../support/terminal.ts";
import { flagsOf, tokenFile } from "../../support/tokenFile.ts";

describe("obrolan send", () => {
  const folder = useFolder();
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let flags: string[];

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
    flags = flagsOf(server, ani, folder.path);
  });

  it("sends a text to everyone, prints nothing and ends with 0", async () => {
    const chat = await server.enter(budi);
    const ended = await run(["send", "The build is green.", ...flags]);
    expect(ended).to.deep.equal({ code: 0, out: "", err: "" });
    expect(await chat.next("message")).to.include({
      sender: ani.username,
      recipient: "",
      text: "The build is green.",
    });
  });

  it("sends standard input whole as one message, also for -", async () => {
    const chat = await server.enter(budi);
    for (const args of [[], ["-"]]) {
      const program = new Program(["send", ...args, ...flags]);
      program.child.stdin?.end("one\n\tt\u00e9xt\n");
      expect(await program.exit()).to.deep.equal({ code: 0, out: "", err: "" });
      expect((await chat.next("message")).text).to.equal("one\n\tt\u00e9xt");
    }
  });

  it("asks a person at a terminal for the text, in the person's language", async () => {
    const chat = await server.enter(budi);
    const terminal = new Terminal(["send", ...flags], { columns: 120, env: { LANG: "id_ID.UTF-8", LC_ALL: "" } });
    try {
      await terminal.shows("Ketik pesannya. Ctrl-D di baris kosong mengirimnya");
      terminal.type("typed\r\u0004");
      expect(await terminal.exit()).to.equal(0);
      expect((await chat.next("message")).text).to.equal("typed");
    } finally {
      await terminal.close();
    }
  });

  it("Ctrl-C drops what a person has typed at once", async () => {
    const terminal = new Terminal(["send", ...flags], { columns: 120 });
    try {
      await terminal.shows("Ctrl-C drops it.");
      terminal.type("never sent\r\u0003");
      await terminal.exit();
      expect(await server.history(ani)).not.to.include("never sent");
    } finally {
      await terminal.close();
    }
  });

  it("leaves standard input alone if the text is an argument, so that it can be used in a loop", async () => {
    const loop = 'while read -r word; do "$@" "$word" || exit; done';
    const chat = await server.enter(budi);
    const child = spawn("sh", ["-c", loop, "sh", process.execPath, PROGRAM, "send", ...flags], {
      env: plainEnvironment(),
      stdio: ["pipe", "inherit", "inherit"],
    });
    child.stdin?.end("one\ntwo\n");
    expect(await once(child, "close")).to.deep.equal([0, null]);
    expect((await chat.next("message")).text).to.equal("one");
    expect((await chat.next("message")).text).to.equal("two");
  });

  it("prints the outcome with --json", async () => {
    const sent = new Program(["send", "hello", "--json", ...flags]);
    expect((await sent.exit()).code).to.equal(0);
    expect(sent.events).to.have.length(1);
    expect(sent.events[0]).to.include({ event: "accepted", duplicate: false });
    const refused = new Program(["send", "hello", "--to", "nobody-at-all", "--json", ...flags]);
    expect((await refused.exit()).code).to.equal(1);
    expect(refused.events.map(({ event, reason }) => [event, reason])).to.deep.equal([
      ["rejected", "RECIPIENT_UNKNOWN"],
    ]);
  });

  it("sends to one user, who must be online unless the message may wait", async () => {
    const refused = await run(["send", "--to", budi.username, "psst", ...flags]);
    expect(refused.code).to.equal(1);
    expect(refused.err).to.match(/^refused: .*\(RECIPIENT_OFFLINE\)\n$/);
    const sent = await run(["send", "--to", budi.username, "--even-if-offline", "psst", ...flags]);
    expect(sent).to.deep.equal({ code: 0, out: "", err: "" });
    expect(await server.history(budi, { peer: ani.username })).to.deep.equal(["psst"]);
  });

  it("--even-if-offline without --to ends with 2", async () => {
    const { code, err } = await run(["send", "--even-if-offline", "psst", ...flags]);
    expect({ code, err }).to.deep.equal({ code: 2, err: "obrolan: --even-if-offline needs a user: --to NAME.\n" });
  });

  it("a text that is too long ends with 1 and names the limit", async () => {
    const program = new Program(["send", ...flags]);
    program.child.stdin?.end("x".repeat(4097));
    const { code, err } = await program.exit();
    expect(code).to.equal(1);
    expect(err).to.match(/^refused: The text has 4097 bytes: take at most 4096, .*\(TEXT_TOO_LONG\)\n$/);
    const endless = new Program(["send", ...flags]);
    endless.child.stdin?.end("x".repeat(200_000));
    expect(await endless.exit()).to.deep.include({ code: 1, out: "" });
    expect(endless.err).to.match(/^Standard input is longer than 65536 bytes\. Nothing was sent\./);
  });

  it("input and arguments that are not UTF-8 end with 2, and nothing is sent", async () => {
    const piped = new Program(["send", ...flags]);
    piped.child.stdin?.end(Buffer.from("caf\u00e9\n", "latin1"));
    const { code, err } = await piped.exit();
    expect(code).to.equal(2);
    expect(err).to.match(/^Standard input is not UTF-8\. Nothing was sent\./);
    // Node.js cannot give a process arguments that are not UTF-8; printf in a shell can.
    const shell = 'exec "$@" "$(printf "caf\\351")"';
    const child = spawn("sh", ["-c", shell, "sh", process.execPath, PROGRAM, "send", ...flags], {
      env: plainEnvironment(),
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    expect(await once(child, "close")).to.deep.equal([2, null]);
    expect(said).to.match(/^obrolan: The text is not UTF-8, or has U\+FFFD.*standard input: obrolan send < FILE\.\n$/);
    expect((await server.history(ani)).filter((text) => text.startsWith("caf"))).to.deep.equal([]);
  });

  it("an empty text ends with 1", async () => {
    const { code, err } = await run(["send", ...flags]);
    expect(code).to.equal(1);
    expect(err).to.match(/^refused: .*\(TEXT_EMPTY\)\n$/);
  });

  it("the command without a server ends with 3 and says so once", async () => {
    const { code, err } = await run(["send", "x", "--server", "127.0.0.1:1", ...flags.slice(2)]);
    expect(code).to.equal(3);
    expect(err).to.match(/^Nothing listens at 127\.0\.0\.1:1 [^\n]*\n$/);
  });

  it("a token that is not valid ends with 1", async () => {
    const file = tokenFile({ ...ani, token: "obrolan_not-a-token" }, folder.path);
    const { code, err, out } = await run(["send", "x", ...flags.slice(0, 2), "--token-file", file]);
    expect({ code, out }).to.deep.equal({ code: 1, out: "" });
    expect(err).to.match(/^[A-Z][^\n]*\.\n$/);
  });

  it("a lost connection delays the message, and posts it once", async () => {
    const network = await Network.start(server.port);
    try {
      const chat = await server.enter(budi);
      network.hold();
      const program = new Program(["send", "once", "--server", network.address, ...flags.slice(2)]);
      while (network.connections === 0) await new Promise((resolve) => setImmediate(resolve));
      network.cut();
      network.release();
      expect((await program.exit()).code).to.equal(0);
      expect((await chat.next("message")).text).to.equal("once");
      expect((await server.history(ani)).filter((text) => text === "once")).to.have.length(1);
    } finally {
      await network.close();
    }
  });

  it("signs in with a password from the first line, sends the rest, and leaves no session", async () => {
    const before = await liveSessions(server);
    const program = new Program(["send", ...flags.slice(0, 2), "--user", ani.username, "--password-stdin"]);
    expect(await program.end(ani.password, "one", "two")).to.deep.equal({ code: 0, out: "", err: "" });
    expect((await server.history(ani)).at(-1)).to.equal("one\ntwo");
    expect(await liveSessions(server)).to.deep.equal(before);
  });
});

describe("obrolan send to a server that limits the rate", () => {
  const folder = useFolder();
  const server = useFreshServer({ limits: { messagesPerSecond: 1, burst: 1 } });

  it("waits as long as the server says, and sends then", async () => {
    const ani = await server.person("ani");
    const flags = flagsOf(server, ani, folder.path);
    await (await server.enter(ani)).accept({ $case: "sendAll", value: { text: "first", replyTo: 0n } });
    expect(await run(["send", "second", ...flags])).to.deep.equal({ code: 0, out: "", err: "" });
    expect(await server.history(ani)).to.deep.equal(["first", "second"]);
  });
});
