import { expect } from "chai";
import type { ChatStream } from "../../support/chatStream.ts";
import { sendAll } from "../../support/commands.ts";
import { useFolder } from "../../support/folder.ts";
import { Program, run } from "../../support/program.ts";
import { type Person, useServer } from "../../support/server.ts";
import { liveSessions } from "../../support/sessions.ts";
import { flagsOf } from "../../support/tokenFile.ts";

describe("obrolan wait", () => {
  const folder = useFolder();
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let chat: ChatStream;
  let flags: string[];

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
    chat = await server.enter(budi);
    flags = flagsOf(server, ani, folder.path);
  });

  /** Starts the command, and waits until it is in the room. */
  async function waiting(...args: string[]): Promise<Program> {
    const program = new Program(["wait", ...args, ...flags]);
    await chat.next("presence", ({ joined }) => joined.includes(ani.username));
    return program;
  }

  it("prints the first message that matches, and ends with 0", async () => {
    const program = await waiting("--for", "^deployed [a-z]+$");
    for (const text of ["deployed", "not deployed app", "deployed app", "deployed web"])
      await chat.accept(sendAll(text));
    const { code, out, err } = await program.exit();
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
    expect(out.replace(/^\S+Z /, "")).to.equal(`${budi.username}: deployed app\n`);
  });

  it("prints one object with --json, and takes only messages of --from", async () => {
    const program = await waiting("--for", "done", "--from", budi.username.toUpperCase(), "--json");
    const cici = await server.enter(await server.person("cici"));
    await cici.accept(sendAll("done, says cici"));
    await chat.accept(sendAll("done, says budi"));
    expect((await program.exit()).code).to.equal(0);
    expect(program.events).to.have.length(1);
    expect(program.events[0]).to.include({ event: "message", text: "done, says budi", replayed: false });
  });

  it("ends with 3 if no server answered in the time, and not as if no message came", async () => {
    const { code, err } = await run(["wait", "--for", "x", "--timeout", "1s", ...flags, "--server", "127.0.0.1:1"], []);
    expect(code).to.equal(3);
    expect(err).to.contain("No Obrolan server answered in time.");
  });

  it("--since takes a message that came before", async () => {
    const { id: question } = await chat.accept(sendAll("is it done?"));
    await chat.accept(sendAll("it is done"));
    const { code, out } = await run(["wait", "--for", "done", "--since", String(question), ...flags]);
    expect(code).to.equal(0);
    expect(out).to.match(/: it is done\n$/);
  });

  it("ends with 5 if no message matches in time, and says so", async () => {
    const args = ["wait", "--for", "never said", "--timeout", "1s"];
    expect(await run([...args, ...flags])).to.deep.equal({ code: 5, out: "", err: "No such message came in time.\n" });
    const program = new Program([...args, "--json", ...flags]);
    expect((await program.exit()).code).to.equal(5);
    expect(program.events).to.deep.equal([{ event: "error", message: "No such message came in time.", exitCode: 5 }]);
  });

  it("ends by a signal as by that signal, because no message came", async () => {
    const program = await waiting("--for", "never said");
    program.child.kill("SIGTERM");
    await program.exit();
    expect(program.child.signalCode).to.equal("SIGTERM");
    await chat.next("presence", ({ left }) => left.includes(ani.username));
  });

  it("a signal ends the session that the command has begun, and a closed terminal too", async () => {
    const before = await liveSessions(server);
    for (const signal of ["SIGINT", "SIGHUP"] as const) {
      const program = new Program([
        "wait",
        "--for",
        "x",
        ...flags.slice(0, 2),
        "--user",
        ani.username,
        "--password-stdin",
      ]);
      program.write(ani.password);
      await chat.next("presence", ({ joined }) => joined.includes(ani.username));
      expect(await liveSessions(server)).to.have.length(before.length + 1);
      program.child.kill(signal);
      await program.exit();
      expect(program.child.signalCode).to.equal(signal);
      expect(await liveSessions(server)).to.deep.equal(before);
      await chat.next("presence", ({ left }) => left.includes(ani.username));
    }
  });

  it("a wrong expression or duration ends with 2", async () => {
    const expression = await run(["wait", "--for", "(", ...flags]);
    expect(expression).to.include({ code: 2, out: "" });
    expect(expression.err).to.match(/^obrolan: --for is not a regular expression/);
    const duration = await run(["wait", "--for", "x", "--timeout", "soon", ...flags]);
    expect(duration).to.include({ code: 2, out: "" });
    expect(duration.err).to.match(/^obrolan: --timeout must be a duration/);
  });

  it("an expression that another user makes take exponential time ends with 2", async () => {
    const program = await waiting("--for", "^(a+)+$");
    await chat.accept(sendAll(`${"a".repeat(60)}!`));
    const { code, err } = await program.exit();
    expect(code).to.equal(2);
    expect(err).to.match(/^obrolan: The expression takes too long/);
  });
});
