import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { copyFile, cp, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";
import { readLog } from "../support/store.ts";
import { PROGRAM, plainEnvironment } from "../support/terminal.ts";
import { Connection } from "../support/wire.ts";

const UNLIMITED = ["--messages-per-second", "0", "--burst", "0"];

describe("obrolan backup", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  const data = () => path.join(folder.path, "data");
  const inFolder = (name: string) => path.join(folder.path, name);

  async function serve() {
    return ServerProcess.serve(data(), UNLIMITED);
  }

  async function connect(port: number): Promise<Connection> {
    const wire = await Connection.open({ port });
    connections.push(wire);
    return wire;
  }

  async function enter(port: number, username: string): Promise<ChatStream> {
    const wire = await connect(port);
    const chat = wire.chat((await wire.register(username, "a good password")).token);
    chat.send(join());
    await chat.next("caughtUp");
    return chat;
  }

  /** Makes a store with `count` messages, on which no server runs any more. */
  async function filled(count: number): Promise<void> {
    const { server, port } = await serve();
    const chat = await enter(port, "ana");
    for (let i = 1; i <= count; i++) await chat.accept(sendAll(`${i}`));
    await server.kill("SIGTERM");
  }

  it("a backup of a running server is complete, has mode 0600 and leaves the data folder as it was", async () => {
    const { port } = await serve();
    const chat = await enter(port, "ana");
    for (let i = 1; i <= 20; i++) await chat.accept(sendAll(`${i}`));
    const before = readdirSync(data());
    const file = inFolder("today.db");
    const { code, out, err } = await run(["backup", "--data", data(), file]);
    expect({ code, out, err }).to.deep.equal({
      code: 0,
      out: `${file} is complete, and holds messages 1 to 20, and 1 account.\n`,
      err: "",
    });
    expect(readdirSync(folder.path)).to.have.members(["data", "today.db"]);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(data())).to.deep.equal(before);
    expect((await chat.accept(sendAll("and on"))).id).to.equal(21n);
  });

  it("obrolan backup takes the folder from settings too, and reports a truncated or empty log @long", async () => {
    const { server } = await serve();
    await server.kill("SIGTERM");
    const first = await run(["backup", inFolder("empty.db")], [], { OBROLAN_DATA: data() });
    expect(first).to.include({ code: 0, err: "" });
    expect(first.out).to.contain("holds no messages (the next is 1), and 0 accounts");
    await filled(8);
    await (await ServerProcess.serve(data(), ["--retain-messages", "3"])).server.kill("SIGTERM");
    const second = await run(["backup", "--data", data(), inFolder("cut.db")]);
    expect(second.out).to.match(/holds messages \d to 8, and 1 account\./);
  });

  it("a backup without a running server adds no file to the folder, and has the WAL of a killed server", async () => {
    await filled(3);
    const before = readdirSync(data());
    expect(await run(["backup", "--data", data(), inFolder("stopped.db")])).to.include({ code: 0 });
    expect(readdirSync(data())).to.deep.equal(before);

    const { server, port } = await serve();
    const chat = await enter(port, "bob");
    for (let i = 1; i <= 5; i++) await chat.accept(sendAll(`${i}`));
    await server.kill("SIGKILL");
    const { out } = await run(["backup", "--data", data(), inFolder("killed.db")]);
    expect(out).to.contain("messages 1 to 8, and 2 accounts");
    expect((await readLog(data())).headId).to.equal(8);
  });

  // This is why the command exists: the newest messages are in obrolan.db-wal, and a copy of obrolan.db lacks them
  // without any sign of it.
  it("a backup has the messages that a plain copy of the database file lacks @long", async () => {
    await filled(3);
    const { port } = await serve();
    const chat = await enter(port, "bob");
    for (let i = 1; i <= 5; i++) await chat.accept(sendAll(`${i}`));
    await mkdir(inFolder("copied"));
    await copyFile(path.join(data(), "obrolan.db"), inFolder("copied/obrolan.db"));
    expect((await run(["backup", "--data", data(), inFolder("backup.db")])).out).to.contain("messages 1 to 8");
    expect((await readLog(inFolder("copied"))).headId).to.equal(3);
  });

  it("a backup during heavy sending is the log at one moment, with all messages accepted before @long", async () => {
    const { server, port } = await serve();
    let sending = true;
    const accepted: bigint[] = [];
    const senders = ["ana", "bob", "cat", "dan"].map(async (name) => {
      const chat = await enter(port, name);
      const send = async () => {
        for (let i = 1; sending; i++) accepted.push((await chat.accept(sendAll(`${name} ${i}`))).id);
      };
      await Promise.all(Array.from({ length: 20 }, send));
      return chat;
    });
    const first = await enter(port, "eva");
    await first.until("a thousand messages", () => (accepted.length > 1_000 ? true : undefined));
    let during = 0;
    for (let i = 1; i <= 3; i++) {
      const before = Number(accepted.reduce((most, id) => (id > most ? id : most), 0n));
      const { code, err } = await run(["backup", "--data", data(), inFolder(`${i}.db`)]);
      expect({ code, err }).to.deep.equal({ code: 0, err: "" });
      const after = Number(accepted.reduce((most, id) => (id > most ? id : most), 0n));
      during += after - before;
      expect((await run(["restore", "--data", inFolder(`${i}`), inFolder(`${i}.db`)])).code).to.equal(0);
      const { headId } = await readLog(inFolder(`${i}`));
      expect(headId).to.be.within(before, after + 80);
    }
    sending = false;
    await Promise.all(senders);
    await server.kill("SIGTERM");
    expect(during, "accepted while backups were made").to.be.greaterThan(100);
    const all = await readLog(data());
    for (const name of ["1", "2", "3"]) {
      const { messages, headId, logId } = await readLog(inFolder(name));
      expect(messages.length).to.equal(headId);
      expect(messages).to.deep.equal(all.messages.slice(0, headId));
      expect(logId).to.not.equal(all.logId);
    }
  });

  it("obrolan backup reports a full disk, and leaves no file behind", async function () {
    await filled(20);
    // A mount that ends with the process. It needs no superuser if the system allows user namespaces.
    const disk =
      'mount -t tmpfs -o size=32k tmpfs "$1" || exit 99; "$2" "$3" backup --data "$4" "$1/x.db"; echo "$?"; ls -A "$1"';
    const words = [inFolder("data"), process.execPath, PROGRAM, inFolder("copy")];
    await cp(data(), inFolder("copy"), { recursive: true });
    const args = ["--map-root-user", "--mount", "sh", "-c", disk, "sh", ...words];
    const { status, stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8", env: plainEnvironment() });
    if (status !== 0) {
      if (this.test) this.test.title += " (skipped: this system does not allow the mount of a small disk)";
      this.skip();
    }
    expect(stdout).to.equal("1\n");
    expect(stderr).to.match(/^obrolan: There is no space for .*x\.db\.\w+\.partial: database or disk is full\.\n$/);
  });

  it("obrolan backup overwrites no file, and says why it made no backup @long", async () => {
    await filled(3);
    await mkdir(inFolder("empty"));
    const taken = inFolder("taken.db");
    expect((await run(["backup", "--data", data(), taken])).code).to.equal(0);
    const was = await readFile(taken);
    const cases: [string[], RegExp][] = [
      [["--data", data(), taken], /taken\.db is there already, and a backup replaces nothing/],
      [["--data", data(), data()], /data is there already/],
      [
        ["--data", data(), inFolder("no/such/folder.db")],
        /no\/such\/folder\.db\.\w+\.partial cannot be written: ENOENT/,
      ],
      [
        ["--data", inFolder("nowhere"), inFolder("x.db")],
        /There is no data folder .*nowhere: name the server's with --data/,
      ],
      [["--data", inFolder("empty"), inFolder("x.db")], /There is no store in the folder .*empty: name/],
    ];
    for (const [args, sentence] of cases) {
      const { code, out, err } = await run(["backup", ...args]);
      expect({ code, out }, args.join(" ")).to.deep.equal({ code: 1, out: "" });
      expect(err).to.match(sentence).and.not.contain("    at ");
    }
    expect((await readFile(taken)).equals(was)).to.equal(true);
    expect(readdirSync(folder.path)).to.have.members(["data", "empty", "taken.db"]);
    expect(readdirSync(inFolder("empty"))).to.deep.equal([]);
    const usage = await run(["backup", "--data", data()]);
    expect(usage.code).to.equal(2);
    expect(usage.err).to.contain("backup needs FILE: obrolan backup ");
  });
});
