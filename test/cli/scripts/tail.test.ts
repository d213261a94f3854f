import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { edit, remove, sendAll, sendTo } from "../../support/commands.ts";
import { within } from "../../support/deadline.ts";
import { useFolder } from "../../support/folder.ts";
import { Program, run } from "../../support/program.ts";
import { Proxy as Network } from "../../support/proxy.ts";
import { type Person, useServer } from "../../support/server.ts";
import { PROGRAM, plainEnvironment } from "../../support/terminal.ts";
import { flagsOf } from "../../support/tokenFile.ts";

describe("obrolan tail", () => {
  const folder = useFolder();
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let flags: string[];
  let running: Program[];

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
    flags = flagsOf(server, ani, folder.path);
    running = [];
  });
  afterEach(() => {
    for (const { child } of running) child.kill("SIGKILL");
  });

  /** Starts the command; with --json it has caught up when this resolves. */
  async function tail(...args: string[]): Promise<Program> {
    const program = new Program(["tail", ...args, ...flags]);
    running.push(program);
    if (args.includes("--json")) await program.prints(/"caughtUp"/);
    return program;
  }

  /** Ends the command by a signal. Resolves with its exit code. */
  async function stop(program: Program, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    program.child.kill(signal);
    return (await program.exit()).code;
  }

  /** The texts of the messages that were printed with --json. */
  function textsOf({ events }: Program): unknown[] {
    return events.filter(({ event }) => event === "message").map(({ text }) => text);
  }

  it("an id of another log brings the whole log, in which no message is replayed, and says so", async () => {
    const chat = await server.enter(budi);
    await chat.accept(sendAll("before"));
    const json = await tail("--since", "999999", "--json");
    const messages = json.events.filter(({ event }) => event === "message");
    expect(messages.map(({ text, replayed }) => ({ text, replayed }))).to.deep.include({
      text: "before",
      replayed: false,
    });
    expect(messages.some(({ replayed }) => replayed)).to.equal(false);
    expect(await stop(json)).to.equal(0);
    const plain = await tail("--since", "999999");
    await plain.prints(/: before/);
    expect(plain.err).to.contain("does not have the message of --since");
    expect(await stop(plain)).to.equal(0);
  });

  it("prints messages, edits and deletions as they come, and ends with 0 by a signal", async () => {
    const chat = await server.enter(budi);
    const { id: first } = await chat.accept(sendAll("before"));
    const program = await tail("--since", String(first));
    await chat.next("presence", ({ joined }) => joined.includes(ani.username));
    const { id } = await chat.accept(sendAll("one\ntwo"));
    await chat.accept(edit(id, "three"));
    await chat.accept(remove(id));
    await program.prints(/was deleted/);
    expect(await stop(program)).to.equal(0);
    const lines = program.out.trim().split("\n");
    expect(lines.map((line) => line.replace(/^\S+Z /, ""))).to.deep.equal([
      `${budi.username}: one⏎two`,
      `* #${id} is now: three`,
      `* #${id} was deleted by ${budi.username}`,
    ]);
    expect(program.err).to.equal("");
  });

  for (const signal of ["SIGINT", "SIGHUP"] as const) {
    it(`ends with 0 by ${signal}, and others see the user leave`, async () => {
      const chat = await server.enter(budi);
      const program = await tail("--json");
      await chat.next("presence", ({ joined }) => joined.includes(ani.username));
      expect(await stop(program, signal)).to.equal(0);
      await chat.next("presence", ({ left }) => left.includes(ani.username));
      expect(program.events.at(-1)).to.deep.equal({ event: "closed", why: { kind: "left" } });
    });
  }

  it("--since with an id prints what came after it, and with 0 everything", async () => {
    const chat = await server.enter(budi);
    const { id } = await chat.accept(sendAll("seen"));
    await chat.accept(sendAll("missed"));
    const program = await tail("--json", "--since", `#${id}`);
    expect(textsOf(program)).to.deep.equal(["missed"]);
    expect(program.events.find(({ event }) => event === "message")).to.include({ replayed: false });
    const all = await tail("--json", "--since", "0");
    expect(textsOf(all).slice(-2)).to.deep.equal(["seen", "missed"]);
    await Promise.all([stop(program), stop(all)]);
  });

  it("--since with a time prints what was sent since then", async () => {
    const chat = await server.enter(budi);
    await chat.accept(sendAll("too old"));
    const last = await chat.accept(sendAll("the last that is too old"));
    const oldest = last.sentAt?.getTime() ?? 0;
    // The times of messages have milliseconds: one more message is sent until it has a later one.
    let next = await chat.accept(sendAll("new"));
    while ((next.sentAt?.getTime() ?? 0) <= oldest) next = await chat.accept(sendAll("new"));
    await server.enter(ani);
    await chat.accept(sendTo(ani.username, "also new"));
    const since = next.sentAt?.toISOString() ?? "";
    const program = await tail("--json", "--since", since);
    expect(textsOf(program)).to.deep.equal(["new", "also new"]);
    await stop(program);
    const hour = await tail("--json", "--since", "1h");
    expect(textsOf(hour).slice(-2)).to.deep.equal(["new", "also new"]);
    await stop(hour);
  });

  it("a wrong --since ends with 2 and says what it may be", async () => {
    const { code, err, out } = await run(["tail", "--since", "yesterday", ...flags]);
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err).to.match(/^obrolan: --since must be the number of a message .*\n$/);
  });

  it("comes back after a lost connection, and misses nothing", async () => {
    const network = await Network.start(server.port);
    try {
      const chat = await server.enter(budi);
      flags = ["--server", network.address, ...flags.slice(2)];
      const program = await tail("--json");
      await chat.accept(sendAll("before"));
      network.forbid();
      await chat.accept(sendAll("meanwhile"));
      await program.prints(/"disconnected"/);
      network.allow();
      await program.prints(/"meanwhile"/);
      await chat.accept(sendAll("after"));
      await program.prints(/"after"/);
      expect(await stop(program)).to.equal(0);
      expect(textsOf(program)).to.deep.equal(["before", "meanwhile", "after"]);
    } finally {
      await network.close();
    }
  });

  it("says on standard error that the connection was lost, and that it is back", async () => {
    const network = await Network.start(server.port);
    try {
      const chat = await server.enter(budi);
      flags = ["--server", network.address, ...flags.slice(2)];
      const program = await tail();
      await chat.next("presence", ({ joined }) => joined.includes(ani.username));
      network.forbid();
      await chat.accept(sendAll("meanwhile"));
      network.allow();
      await program.prints(/: meanwhile/);
      expect(await stop(program)).to.equal(0);
      expect(program.err)
        .to.match(/^connection lost, trying again/)
        .and.to.match(/\nback\n$/);
    } finally {
      await network.close();
    }
  });

  for (const json of [[], ["--json"]]) {
    it(`ends with 0 at the first line that has no reader${json.length === 0 ? "" : " with --json"}`, async () => {
      const chat = await server.enter(budi);
      const { id } = await chat.accept(sendAll("seen"));
      await chat.accept(sendAll("one"));
      const program = await tail(...json, "--since", String(id));
      await program.prints(/one/);
      program.child.stdout?.destroy();
      await chat.accept(sendAll("two"));
      expect(await program.exit()).to.include({ code: 0, err: "" });
    });
  }

  it("a full disk ends it with 4", async function () {
    if (process.platform !== "linux") this.skip(); // Only Linux has /dev/full.
    const chat = await server.enter(budi);
    const { id } = await chat.accept(sendAll("seen"));
    await chat.accept(sendAll("one"));
    const args = [process.execPath, PROGRAM, "tail", "--since", String(id), ...flags];
    const child = spawn("sh", ["-c", '"$@" >/dev/full', "sh", ...args], { env: plainEnvironment() });
    const [code] = await within(once(child, "close"), "the command to end");
    expect(code).to.equal(4);
  });

  it("ends with 1 when its session is ended elsewhere, and says so", async () => {
    const program = await tail("--json");
    await server.with((connection) => connection.logout(ani.token, true));
    expect((await program.exit()).code).to.equal(1);
    expect(program.events.at(-1)).to.deep.equal({ event: "closed", why: { kind: "dismissed", reason: "LOGGED_OUT" } });
  });
});
