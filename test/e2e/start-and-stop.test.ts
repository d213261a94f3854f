import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { expectGoodbye, nameOf } from "../support/expect.ts";
import { useFolder } from "../support/folder.ts";
import { Health, watchHealth } from "../support/health.ts";
import { connectAlone } from "../support/outgoing.ts";
import { type Exit, endProcesses, ServerProcess } from "../support/process.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { needsStrace } from "../support/strace.ts";
import { Connection } from "../support/wire.ts";

const PASSWORD = "a good password";
const UNLIMITED = ["--messages-per-second", "0"];

/** Expects a refused start: a non-zero code, one line on standard error with all of these words, and no stack. */
function expectRefusedToStart({ code, stderr }: Exit, ...words: string[]): void {
  expect(code, stderr).to.be.greaterThan(0);
  const lines = stderr.trim().split("\n");
  expect(lines, stderr).to.have.length(1);
  expect(stderr).to.not.match(/\n\s+at /);
  for (const word of words) expect(stderr).to.include(word);
}

describe("A server's process", function () {
  this.timeout(120_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  async function connect(port: number, ca?: Buffer): Promise<Connection> {
    const wire = await Connection.open({ port, ...(ca && { ca }) });
    connections.push(wire);
    return wire;
  }

  it("a server serves, and makes its data folder if it is missing", async () => {
    const { port } = await ServerProcess.serve(path.join(folder.path, "new", "data"));
    const wire = await connect(port);
    const { token } = await wire.register("ana", PASSWORD);
    expect((await wire.chat(token).accept(sendAll("hello"))).id).to.equal(1n);
  });

  it("a server does not start if its data folder cannot be written", async () => {
    const file = path.join(folder.path, "file");
    await writeFile(file, "not a folder");
    for (const data of [file, path.join(file, "data"), "/dev/null/data"]) {
      const exit = await ServerProcess.spawn(["--listen", "127.0.0.1:0", "--data", data]).exit();
      expectRefusedToStart(exit, data);
    }
  });

  it("a server does not start if its port is in use", async () => {
    const taken = net.createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const listen = `127.0.0.1:${(taken.address() as net.AddressInfo).port}`;
    const exit = await ServerProcess.spawn(["--listen", listen, "--data", folder.path]).exit();
    expectRefusedToStart(exit, listen);
    taken.close();
  });

  it("a server listens as soon as the outgoing connection that had its port is gone", async function () {
    if (process.platform !== "linux") this.skip();
    const acceptor = net.createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    await once(acceptor, "listening");
    const outgoing = await connectAlone((acceptor.address() as net.AddressInfo).port);
    const server = ServerProcess.spawn(["--data", folder.path, "--listen", `127.0.0.1:${outgoing.localPort}`]);
    await server.says(/the port belongs to an outgoing connection of this machine, and no program listens there/);
    const { localPort } = outgoing;
    outgoing.resetAndDestroy();
    expect(await server.port()).to.equal(localPort);
    acceptor.close();
  });

  it("a server does not start on the data folder of a running server, which goes on", async () => {
    const { port } = await ServerProcess.serve(folder.path);
    const wire = await connect(port);
    const { token } = await wire.register("ana", PASSWORD);
    const exit = await ServerProcess.spawn(["--listen", "127.0.0.1:0", "--data", folder.path]).exit();
    expectRefusedToStart(exit, folder.path);
    expect((await wire.chat(token).accept(sendAll("still here"))).id).to.equal(1n);
  });

  it("a server starts on the data folder of a killed one", async () => {
    const { server } = await ServerProcess.serve(folder.path);
    await server.kill("SIGKILL");
    await ServerProcess.serve(folder.path);
  });

  it("a server does not start on a store of a newer version, and leaves it unchanged", async () => {
    const { server } = await ServerProcess.serve(folder.path);
    await server.kill("SIGTERM");
    const file = databaseIn(folder.path);
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 1000000");
    database.close();
    const exit = await ServerProcess.spawn(["--listen", "127.0.0.1:0", "--data", folder.path]).exit();
    expectRefusedToStart(exit, "newer");
    const after = new DatabaseSync(file);
    expect(after.prepare("PRAGMA user_version").get()).to.deep.include({ user_version: 1_000_000 });
    after.close();
  });

  it("a server does not start on a public address without a certificate or --insecure", async () => {
    const exit = await ServerProcess.spawn(["--listen", "0.0.0.0:0", "--data", folder.path]).exit();
    expectRefusedToStart(exit, "--tls-cert", "--insecure");
  });

  it("a server starts on a public address with --insecure", async () => {
    const server = ServerProcess.spawn(["--listen", "0.0.0.0:0", "--data", folder.path, "--insecure"]);
    const wire = await connect(await server.port());
    await wire.register("ana", PASSWORD);
  });

  it("a server starts on a public address with a certificate, and talks TLS", async () => {
    const { cert, key } = makeCertificate();
    const [certFile, keyFile] = [path.join(folder.path, "cert.pem"), path.join(folder.path, "key.pem")];
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
    const tls = ["--tls-cert", certFile, "--tls-key", keyFile];
    const server = ServerProcess.spawn(["--listen", "0.0.0.0:0", "--data", folder.path, ...tls]);
    const wire = await connect(await server.port(), cert);
    await wire.register("ana", PASSWORD);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`a server sends NOT_SERVING and goodbye on ${signal}, and ends with 0`, async () => {
      const { server, port } = await ServerProcess.serve(folder.path);
      const wire = await connect(port);
      const { token } = await wire.register("ana", PASSWORD);
      const health = watchHealth(wire, "");
      expect(await health()).to.equal(Health.SERVING);
      const chat = wire.chat(token);
      await chat.accept(sendAll("hello"));
      server.child.kill(signal);
      expect(await health()).to.equal(Health.NOT_SERVING);
      await expectGoodbye(chat, { reason: "SHUTTING_DOWN", reconnect: true, code: "UNAVAILABLE" });
      expect((await server.exit()).code).to.equal(0);
    });
  }

  it("a server ends within 10 s of SIGTERM although a client does not read", async () => {
    const { server, port } = await ServerProcess.serve(folder.path, UNLIMITED);
    const wire = await connect(port);
    const { token } = await wire.register("ana", PASSWORD);
    const chat = wire.chat(token);
    for (let i = 0; i < 1000; i++) chat.send(sendAll("x".repeat(4000)), `r${i}`);
    await chat.reply("r999");
    const other = await connect(port);
    const deaf = other.chat(token, { reading: false });
    deaf.send(join({ resumeAfter: 0n }));
    await other.list(token);
    server.child.kill("SIGTERM");
    // After 10 s the server would end with 1.
    expect((await server.exit()).code).to.equal(0);
  });

  for (const way of ["", ", over TLS", ", behind a proxy with the PROXY protocol"] as const) {
    const tag = way === "" ? "" : " @long";
    it(`a server ends within 10 s of SIGTERM although a client has died silently${way}${tag}`, async () => {
      const { cert, key } = makeCertificate();
      const [certFile, keyFile] = [path.join(folder.path, "cert.pem"), path.join(folder.path, "key.pem")];
      await writeFile(certFile, cert);
      await writeFile(keyFile, key);
      const isTls = way.includes("TLS");
      const flags = isTls ? ["--tls-cert", certFile, "--tls-key", keyFile] : way === "" ? [] : ["--proxy-protocol"];
      const { server, port } = await ServerProcess.serve(folder.path, flags);
      const network = await Network.start(port);
      try {
        const wire = await connect(network.port, isTls ? cert : undefined);
        const { token } = await wire.register("ana", PASSWORD);
        await wire.chat(token).accept(sendAll("hello"));
        network.hold();
        server.child.kill("SIGTERM");
        // After 10 s the server would end with 1.
        const { code, stderr } = await server.exit();
        expect(code, stderr).to.equal(0);
      } finally {
        await network.close();
      }
    });
  }

  /** Sends until `times` messages were refused because the disk is full; returns the ids of the accepted ones. */
  async function fillTheDisk(chat: ChatStream, times: number): Promise<bigint[]> {
    const accepted: bigint[] = [];
    for (let i = 0, refused = 0; refused < times; i++) {
      const { event } = await chat.ask(sendAll(`${i} `.padEnd(4000, "x")), `r${i}`);
      if (event?.$case === "accepted") {
        accepted.push(event.value.id);
        continue;
      }
      expect(event?.$case).to.equal("rejected");
      if (event?.$case !== "rejected") continue;
      expect(nameOf(event.value.reason)).to.equal("STORE_UNAVAILABLE");
      expect(event.value.retryAfter).to.not.equal(undefined);
      refused++;
    }
    return accepted;
  }

  it("a full disk rejects messages and loses no accepted one; the server restarts with space @long", async function () {
    needsStrace(this);
    const first = await ServerProcess.serve(folder.path);
    const { token } = await (await connect(first.port)).register("ana", PASSWORD);
    await first.server.kill("SIGTERM");
    // From the 200th write to the write-ahead log on, the system reports a full disk.
    const writes = "write,pwrite64,writev,pwritev";
    const full = [
      "-e",
      `trace=${writes}`,
      "-P",
      `${databaseIn(folder.path)}-wal`,
      "-e",
      `inject=${writes}:error=ENOSPC:when=200+`,
    ];
    const prefix = ["strace", "-D", "-f", "-o", "/dev/null", ...full];
    const second = await ServerProcess.serve(folder.path, UNLIMITED, { prefix });
    const wire = await connect(second.port);
    const accepted = await fillTheDisk(wire.chat(token), 20);
    expect(accepted.length).to.be.greaterThan(5);
    await wire.list(token);
    await second.server.kill("SIGTERM");

    const third = await ServerProcess.serve(folder.path, UNLIMITED);
    const back = (await connect(third.port)).chat(token);
    back.send(join({ resumeAfter: 0n }));
    await back.next("caughtUp");
    expect(back.messages.map((message) => message.id)).to.deep.equal(accepted);
    expect((await back.accept(sendAll("space again"))).id).to.equal(BigInt(accepted.length + 1));
  });
});

function databaseIn(folder: string): string {
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  const database = files.find((file) => readFileSync(file).subarray(0, 15).toString() === "SQLite format 3");
  if (database === undefined) throw new Error(`there is no database in ${folder}`);
  return database;
}
