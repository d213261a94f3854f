import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { expectFailed, expectGoodbye, nameOf } from "../support/expect.ts";
import { useFolder } from "../support/folder.ts";
import { checkHealth, Health, watchHealth } from "../support/health.ts";
import { type Exit, endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";
import { readLog } from "../support/store.ts";
import { Connection, failure } from "../support/wire.ts";

const SERVICE = "obrolan.v1.ChatService";
const UNLIMITED = ["--messages-per-second", "0", "--burst", "0"];
const GONE = { reason: "STORE_UNAVAILABLE", reconnect: true, code: "UNAVAILABLE" } as const;
const OPERATIONS = path.join(import.meta.dirname, "../../docs/operations.md");
const LOST = /obrolan\.db is no longer the file that this server has open: it was removed, moved or replaced\./;

/** Expects exit code 1, and as the last line on standard error a sentence for people. */
function expectSentence({ code, stderr }: Exit, sentence: RegExp): void {
  expect(code, stderr).to.equal(1);
  const line = stderr.trim().split("\n").at(-1) ?? "";
  expect(line)
    .to.match(/^obrolan: /)
    .and.match(sentence);
  expect(line).to.not.contain("    at ");
}

describe("The data folder of a running server", function () {
  this.timeout(120_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  const data = () => path.join(folder.path, "data");
  const away = () => path.join(folder.path, "away");
  const inData = (end = "") => path.join(data(), `obrolan.db${end}`);

  async function connect(port: number): Promise<Connection> {
    const wire = await Connection.open({ port });
    connections.push(wire);
    return wire;
  }

  /** A server with an account, and a stream on which one message was accepted. */
  async function begin() {
    const { server, port } = await ServerProcess.serve(data(), UNLIMITED);
    const wire = await connect(port);
    const { token } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    await chat.accept(sendAll("before"), "before");
    return { server, port, wire, token, chat };
  }

  async function texts(port: number, token: string): Promise<string[]> {
    const chat = (await connect(port)).chat(token);
    chat.send(join({ resumeAfter: 0n }));
    await chat.next("caughtUp");
    return chat.messages.map(({ text }) => text);
  }

  const LOSSES: [string, () => unknown][] = [
    ["is removed", () => rmSync(data(), { recursive: true })],
    ["is moved away", () => renameSync(data(), away())],
    ["loses its obrolan.db by mv", () => renameSync(inData(), away())],
    [
      "gets another file in place of its obrolan.db",
      async () => {
        await cp(inData(), away());
        renameSync(away(), inData());
      },
    ],
  ];
  for (const [what, lose] of LOSSES) {
    const tag = what === "is removed" ? "" : " @long";
    it(`a server whose data folder ${what} accepts nothing more, is NOT_SERVING, and logs it once${tag}`, async () => {
      const { server, port, wire, token, chat } = await begin();
      const health = watchHealth(wire, SERVICE);
      expect(await health()).to.equal(Health.SERVING);
      await lose();
      chat.send(sendAll("into the file that is gone"), "unknown");
      await expectGoodbye(chat, GONE);
      expect(chat.kinds.filter((kind) => kind === "accepted" || kind === "rejected")).to.deep.equal(["accepted"]);
      expect(await health()).to.equal(Health.NOT_SERVING);
      const next = wire.chat(token);
      for (let i = 0; i < 3; i++) {
        expect(nameOf((await next.refuse(sendAll("surely not"), "r")).reason)).to.equal("STORE_UNAVAILABLE");
      }
      expectFailed(await failure(wire.register("bob", "a good password")), "UNAVAILABLE", "STORE_UNAVAILABLE");
      const asked = await run(["health", "--server", `127.0.0.1:${port}`]);
      expect(asked).to.deep.include({ code: 1, out: "" });
      expect(asked.err).to.contain("takes no calls at the moment");
      expect(await checkHealth(wire, "")).to.have.property("status", Health.SERVING);
      const errors = server.said.split("\n").filter((line) => line.includes('"level":50'));
      expect(errors.filter((line) => line.includes('"msg":"/'))).to.have.length(1);
      expect(server.said).to.match(LOST);
      expect((await server.kill("SIGTERM")).code).to.equal(0);
    });
  }

  it("a server without any traffic notices that its data folder is gone", async () => {
    const { wire, server } = await begin();
    const health = watchHealth(wire, SERVICE);
    expect(await health()).to.equal(Health.SERVING);
    rmSync(data(), { recursive: true });
    expect(await health()).to.equal(Health.NOT_SERVING);
    await server.says(LOST);
  });

  it("a server goes on when its data folder comes back, and a resend settles the unknown outcome", async () => {
    const { wire, token, chat, port } = await begin();
    const health = watchHealth(wire, SERVICE);
    expect(await health()).to.equal(Health.SERVING);
    renameSync(data(), away());
    chat.send(sendAll("who knows"), "r");
    await expectGoodbye(chat, GONE);
    expect(await health()).to.equal(Health.NOT_SERVING);
    renameSync(away(), data());
    expect(await health()).to.equal(Health.SERVING);
    const again = wire.chat(token);
    expect(await again.accept(sendAll("who knows"), "r")).to.include({ id: 2n, duplicate: true });
    expect(await again.accept(sendAll("after"), "s")).to.include({ id: 3n, duplicate: false });
    expect(await texts(port, token)).to.deep.equal(["before", "who knows", "after"]);
  });

  it("a database that is moved away during heavy sending has every accepted message @long", async () => {
    const { wire, token, server } = await begin();
    const chats: ChatStream[] = [];
    for (let i = 0; i < 4; i++) chats.push(wire.chat(token));
    const send = async (chat: ChatStream, who: number) => {
      for (let i = 1; ; i++) await chat.accept(sendAll(`${who} ${i}`));
    };
    const senders = chats.flatMap((chat, who) => Array.from({ length: 20 }, () => send(chat, who).catch(() => {})));
    const [first] = chats as [ChatStream];
    await first.until("200 messages", () => (first.received("accepted").length > 200 ? true : undefined));
    renameSync(inData(), away());
    await Promise.all(chats.map((chat) => Promise.race([chat.ended, chat.next("rejected").catch(() => {})])));
    await server.kill("SIGKILL");
    await Promise.all(senders);
    renameSync(away(), inData());
    const log = new Set((await readLog(data())).messages.map(({ id }) => BigInt(id)));
    for (const { id } of chats.flatMap((chat) => chat.received("accepted")))
      expect(log.has(id), `${id}`).to.equal(true);
  });

  for (const end of ["-wal", "-shm"]) {
    const tag = end === "-wal" ? "" : " @long";
    it(`a server that loses obrolan.db${end} alone ends with a sentence, and loses no message${tag}`, async () => {
      const { server, chat, token } = await begin();
      rmSync(inData(end));
      chat.send(sendAll("who knows"), "r");
      await expectGoodbye(chat, GONE);
      expectSentence(
        await server.exit(),
        new RegExp(`obrolan\\.db${end}, which is part of the store, was removed.*start`),
      );
      const next = await ServerProcess.serve(data(), UNLIMITED);
      const again = (await connect(next.port)).chat(token);
      expect(await again.accept(sendAll("who knows"), "r")).to.include({ id: 2n, duplicate: true });
      expect(await texts(next.port, token)).to.deep.equal(["before", "who knows"]);
    });
  }

  it("a database that is moved back after the server has stopped has every accepted message @long", async () => {
    const { server, chat } = await begin();
    for (let i = 1; i <= 50; i++) await chat.accept(sendAll(`${i}`));
    renameSync(inData(), away());
    expect((await server.kill("SIGTERM")).code).to.equal(0);
    expect(existsSync(inData("-wal"))).to.equal(true);
    renameSync(away(), inData());
    expect((await readLog(data())).headId).to.equal(51);
  });

  it("the commands in docs/operations.md rescue a removed store from a running server @long", async function () {
    if (process.platform !== "linux") this.skip();
    const { server, chat } = await begin();
    for (let i = 2; i <= 5; i++) await chat.accept(sendAll(`${i}`));
    rmSync(data(), { recursive: true });
    await server.says(LOST);
    const [, commands = ""] = /^(mkdir rescued\n.*?)^npx obrolan backup/ms.exec(readFileSync(OPERATIONS, "utf8")) ?? [];
    const script = commands.replace("PID", `${server.child.pid}`);
    const { status, stderr } = spawnSync("sh", ["-e", "-c", script], { cwd: folder.path, encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    const file = path.join(folder.path, "rescued.db");
    const { out } = await run(["backup", "--data", path.join(folder.path, "rescued"), file]);
    expect(out).to.contain("messages 1 to 5, and 1 account");
    await server.kill("SIGTERM");
    expect(await run(["restore", "--data", data(), file])).to.include({ code: 0 });
    expect((await readLog(data())).headId).to.equal(5);
  });

  it("a server whose obrolan.db is replaced by another store writes nothing into that one @long", async () => {
    const { server, chat } = await begin();
    await server.kill("SIGTERM");
    await cp(inData(), away());
    const before = await readLog(data());
    expect(before.headId).to.equal(1);
    const second = await ServerProcess.serve(data(), UNLIMITED);
    const { token } = await (await connect(second.port)).register("bob", "a good password");
    const bobs = (await connect(second.port)).chat(token);
    for (let i = 1; i <= 50; i++) await bobs.accept(sendAll(`${i}`));
    renameSync(away(), inData());
    await second.server.says(LOST);
    const { stderr } = await second.server.kill("SIGTERM");
    expect(stderr).to.contain("what belongs to the one before is now");
    expect(readdirSync(data()).filter((name) => name.startsWith("obrolan.db-wal."))).to.have.length(1);
    expect(await readLog(data())).to.deep.equal(before);
    expect(chat.received("accepted")).to.have.length(1);
  });

  it("a server does not start if obrolan.db is missing, says so, and leaves the folder as it is", async () => {
    const { server } = await begin();
    renameSync(inData(), away());
    await server.kill("SIGKILL");
    const names = readdirSync(data());
    const exit = await ServerProcess.spawn(["--listen", "127.0.0.1:0", "--data", data()]).exit();
    expectSentence(
      exit,
      /has lost its store: obrolan\.db is not there, but obrolan\.lock and .*obrolan restore --data/,
    );
    expect(exit.stderr.trim().split("\n")).to.have.length(1);
    expect(readdirSync(data())).to.deep.equal(names);
    renameSync(away(), inData());
    expect((await readLog(data())).headId).to.equal(1);
  });
});
