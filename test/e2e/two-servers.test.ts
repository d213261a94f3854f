import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { sendAll } from "../support/commands.ts";
import { useFolder } from "../support/folder.ts";
import { Health, watchHealth } from "../support/health.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";
import { readLog } from "../support/store.ts";
import { Connection } from "../support/wire.ts";

const IN_USE = /^obrolan: The data folder .* is in use by another server: stop that one, or take another folder/;
const TAKEN = /^obrolan: Another server has taken over the store .*obrolan\.db, .* and ends\./m;

describe("Two servers on one data folder", function () {
  this.timeout(120_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  const lockFile = () => path.join(folder.path, "obrolan.lock");
  const start = () => ServerProcess.spawn(["--listen", "127.0.0.1:0", "--data", folder.path]);

  async function connect(port: number): Promise<Connection> {
    const wire = await Connection.open({ port });
    connections.push(wire);
    return wire;
  }

  async function begin() {
    const { server, port } = await ServerProcess.serve(folder.path);
    const wire = await connect(port);
    const { token } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    await chat.accept(sendAll("before"));
    return { server, port, wire, token, chat };
  }

  it("a second server ends with a sentence although the lock file was removed, and the first goes on", async () => {
    const { server, port, chat } = await begin();
    for (let i = 1; i <= 2; i++) {
      rmSync(lockFile());
      const { code, stderr } = await start().exit();
      expect({ code, stderr }).to.satisfy(() => code === 1 && IN_USE.test(stderr), stderr);
      expect(await chat.accept(sendAll(`after ${i}`))).to.include({ id: BigInt(i + 1), duplicate: false });
    }
    expect(await run(["health", "--server", `127.0.0.1:${port}`])).to.include({ code: 0 });
    expect((await server.kill("SIGTERM")).code).to.equal(0);
    expect((await readLog(folder.path)).messages.map(({ text }) => text)).to.deep.equal([
      "before",
      "after 1",
      "after 2",
    ]);
  });

  it("a running server recreates its removed lock file, and loses nothing", async () => {
    const { server, chat } = await begin();
    rmSync(lockFile());
    await server.says(/obrolan\.lock was removed, and is made and locked anew/);
    expect(readdirSync(folder.path)).to.include("obrolan.lock");
    await chat.accept(sendAll("after"));
    await server.kill("SIGKILL");
    expect((await readLog(folder.path)).headId).to.equal(2);
  });

  it("a server that was paused while another took over its store accepts nothing more, and ends @long", async () => {
    const { server, wire, chat, token } = await begin();
    const health = watchHealth(wire, "obrolan.v1.ChatService");
    expect(await health()).to.equal(Health.SERVING);
    server.child.kill("SIGSTOP");
    rmSync(lockFile());
    const second = await ServerProcess.serve(folder.path);
    const bobs = (await connect(second.port)).chat(token);
    expect(await bobs.accept(sendAll("by the second"))).to.include({ id: 2n });
    chat.send(sendAll("by the first"), "late");
    server.child.kill("SIGCONT");
    expect(await health()).to.equal(Health.NOT_SERVING);
    await chat.end();
    const { code, stderr } = await server.exit();
    expect(code).to.equal(1);
    expect(stderr).to.match(TAKEN);
    expect(chat.received("accepted")).to.have.length(1);
    expect(await bobs.accept(sendAll("by the second again"))).to.include({ id: 3n });
    await second.server.kill("SIGTERM");
    const { messages } = await readLog(folder.path);
    expect(messages.map(({ text }) => text)).to.deep.equal(["before", "by the second", "by the second again"]);
  });

  it("one of three servers that start at once serves, and the others say that the folder is in use @long", async () => {
    for (let round = 1; round <= 2; round++) {
      const servers = [start(), start(), start()];
      const outcomes = await Promise.all(
        servers.map((server) => Promise.race([server.port().catch(() => undefined), server.exited])),
      );
      const serving = outcomes.filter((outcome) => typeof outcome === "number");
      expect(serving).to.have.length(1);
      for (const outcome of outcomes) {
        if (typeof outcome === "object") expect(outcome.stderr).to.match(IN_USE);
      }
      for (const server of servers) server.child.kill("SIGKILL");
      await Promise.all(servers.map((server) => server.exit()));
    }
  });

  it("a server that was killed starts again while a backup is in progress @long", async () => {
    const { server } = await begin();
    await server.kill("SIGKILL");
    const backup = new DatabaseSync(path.join(folder.path, "obrolan.db"), { readOnly: true });
    backup.exec("BEGIN");
    backup.prepare("SELECT count(*) FROM entries").get();
    const { port } = await ServerProcess.serve(folder.path);
    expect(await run(["health", "--server", `127.0.0.1:${port}`])).to.include({ code: 0 });
    backup.close();
  });

  it("obrolan restore changes nothing under a server whose lock file was removed", async () => {
    const { server, chat } = await begin();
    const file = `${folder.path}.backup`;
    try {
      expect(await run(["backup", "--data", folder.path, file])).to.include({ code: 0 });
      rmSync(lockFile());
      const { code, err } = await run(["restore", "--data", folder.path, file]);
      expect(code).to.equal(1);
      expect(err).to.match(/is in use by another server|another program has it open/);
      expect(await chat.accept(sendAll("after"))).to.include({ id: 2n });
      await server.kill("SIGTERM");
      expect((await readLog(folder.path)).headId).to.equal(2);
    } finally {
      rmSync(file, { force: true });
    }
  });
});
