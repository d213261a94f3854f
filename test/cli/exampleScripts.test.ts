import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, watch, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { sendAll, sendTo } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { needs } from "../support/externalTools.ts";
import { useFolder } from "../support/folder.ts";
import { NODE } from "../support/runtime.ts";
import { type Person, useServer } from "../support/server.ts";
import { PROGRAM, plainEnvironment } from "../support/terminal.ts";
import { tokenFile } from "../support/tokenFile.ts";

const EXAMPLES = path.resolve(import.meta.dirname, "../../examples/scripts");

describe("The scripts of examples/scripts", () => {
  const folder = useFolder();
  const server = useServer();
  let bot: Person;
  let budi: Person;
  let chat: ChatStream;
  let running: ChildProcess[];

  beforeEach(async () => {
    [bot, budi] = await server.people("bot", "budi");
    chat = await server.enter(budi);
    running = [];
    const program = `#!/bin/sh\nexec '${NODE}' '${PROGRAM}' "$@"\n`;
    writeFileSync(path.join(folder.path, "obrolan"), program, { mode: 0o755 });
  });
  afterEach(() => {
    // A pipeline is a process group of its own.
    for (const { pid = 0, exitCode, signalCode } of running) {
      if (exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
    }
  });

  /** Starts a script as the bot, with `obrolan` in its path and the folder as its home. */
  function start(name: string, ...args: string[]): ChildProcess {
    const env = plainEnvironment({
      PATH: `${folder.path}:${process.env.PATH}`,
      HOME: folder.path,
      XDG_STATE_HOME: path.join(folder.path, "state"),
      OBROLAN_SERVER: `127.0.0.1:${server.port}`,
      OBROLAN_TOKEN_FILE: tokenFile(bot, folder.path),
    });
    const child = spawn("sh", [path.join(EXAMPLES, name), ...args], {
      cwd: folder.path,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.push(child);
    return child;
  }

  /** Runs a script until its end. */
  async function runToEnd(name: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
    const child = start(name, ...args);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const [code] = await within(once(child, "close"), () => `${name} to end: ${output}`);
    return { code, output };
  }

  /** Ends a script that runs on as a shell does for Ctrl-C: by a signal to all its processes. */
  async function interrupt(child: ChildProcess): Promise<void> {
    const ended = once(child, "close");
    process.kill(-(child.pid ?? 0), "SIGINT");
    await within(ended, "the script to end");
  }

  it("disk-notice.sh tells the room once that a disk is almost full, and again after it was not", async () => {
    const quiet = { code: 0, output: "" };
    expect(await runToEnd("disk-notice.sh", "/", "101")).to.deep.equal(quiet);
    expect(await runToEnd("disk-notice.sh", "/", "0")).to.deep.equal(quiet);
    expect(await runToEnd("disk-notice.sh", "/", "0")).to.deep.equal(quiet);
    expect(await runToEnd("disk-notice.sh", "/", "101")).to.deep.equal(quiet);
    expect(await runToEnd("disk-notice.sh", "/", "0")).to.deep.equal(quiet);
    const notices = (await server.history(budi)).filter((text) => /^\S+: \/ is \d+ % full\.$/.test(text));
    expect(notices).to.have.length(2);
  });

  it("disk-notice.sh fails if the notice was not sent, and tries again the next time", async () => {
    const { token } = bot;
    bot = { ...bot, token: "obrolan_not-a-token" };
    const failed = await runToEnd("disk-notice.sh", folder.path, "0");
    expect(failed.code).to.equal(1);
    expect(failed.output).not.to.equal("");
    bot = { ...bot, token };
    expect(await runToEnd("disk-notice.sh", folder.path, "0")).to.deep.equal({ code: 0, output: "" });
    expect((await chat.next("message")).text).to.contain(`: ${folder.path} is `);
  });

  it("build-bot.sh that is ended by a signal to itself alone leaves no bot in the room", async function () {
    needs(this, "jq", ["--version"], "jq");
    const child = start("build-bot.sh", "true");
    await chat.next("presence", ({ joined }) => joined.includes(bot.username));
    const ended = once(child, "close");
    child.kill("SIGTERM");
    await within(ended, "the script to end");
    await chat.next("presence", ({ left }) => left.includes(bot.username));
  });

  it("build-bot.sh answers orders where they were given, and neither its own answers nor other messages", async function () {
    needs(this, "jq", ["--version"], "jq");
    // The command to run is given to the bot. It fails for one target.
    writeFileSync(path.join(folder.path, "build"), '#!/bin/sh\necho "building $1"\n[ "$1" != broken ]\n', {
      mode: 0o755,
    });
    const child = start("build-bot.sh", path.join(folder.path, "build"));
    await chat.next("presence", ({ joined }) => joined.includes(bot.username));
    const hostile = ["!build $(touch owned)", "!build --help", "!build a\n!build b", "say !build a", "!build ../a"];
    for (const text of hostile) await chat.accept(sendAll(text));
    await chat.accept(sendAll("!build all"));
    await chat.accept(sendTo(bot.username, "!build broken"));
    const answers = [];
    while (answers.length < 2) answers.push(await chat.next("message", ({ sender }) => sender === bot.username));
    expect(answers.map(({ recipient, text }) => [recipient, text])).to.deep.equal([
      ["", `${budi.username}: all is built.`],
      [budi.username, "broken failed with exit code 1."],
    ]);
    await interrupt(child);
    const said = (await server.history(budi)).filter((text) => /is built|failed with/.test(text));
    expect(said).to.have.length(2);
  });

  it("build-bot.sh without a command says how it is used", async () => {
    const { code, output } = await runToEnd("build-bot.sh");
    expect({ code, output }).to.deep.equal({ code: 2, output: "usage: build-bot.sh COMMAND [ARGUMENT...]\n" });
  });

  it("follow.sh appends every message once, and goes on where it stopped", async function () {
    needs(this, "jq", ["--version"], "jq");
    const file = path.join(folder.path, "room.tsv");
    const lines = () => readFileSync(file, "utf8").split("\n").slice(0, -1);
    /** Resolves when the file has a line with this end. */
    async function written(end: string): Promise<void> {
      const found = Promise.withResolvers<void>();
      const watcher = watch(folder.path, () => {
        if (lines().some((line) => line.endsWith(end))) found.resolve();
      });
      try {
        const isThere = () => lines().some((line) => line.endsWith(end));
        if (isThere()) return;
        await within(found.promise, `${file} to have a line that ends with ${end}`);
      } finally {
        watcher.close();
      }
    }
    writeFileSync(file, "");
    await chat.accept(sendAll("before"));
    const first = start("follow.sh", "room.tsv");
    await written("\tbefore");
    await interrupt(first);
    const { id } = await chat.accept(sendAll("a\ttab and a\nline end"));
    const second = start("follow.sh", "room.tsv");
    await written("line end");
    await interrupt(second);
    const [last = "", ...others] = lines().reverse();
    expect(last.split("\t")).to.deep.equal([
      String(id),
      last.split("\t")[1],
      budi.username,
      "",
      "a\\ttab and a\\nline end",
    ]);
    expect(last.split("\t")[1]).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(others.filter((line) => line.endsWith("\tbefore"))).to.have.length(1);
  });
});
