import { once } from "node:events";
import { writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { type IPty, spawn as openTerminal } from "@lydell/node-pty";
import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import { sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { expectGoodbye } from "../support/expect.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { RUNTIME_ENV } from "../support/runtime.ts";
import { PROGRAM, plainEnvironment } from "../support/terminal.ts";
import { Connection } from "../support/wire.ts";

const PASSWORD = "a good password";

describe("A server's process that gets a signal", function () {
  this.timeout(120_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  const terminals: IPty[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    for (const terminal of terminals.splice(0)) terminal.kill("SIGKILL");
    await endProcesses();
  });

  async function connect(port: number, ca?: Buffer): Promise<Connection> {
    const wire = await Connection.open({ port, ...(ca && { ca }) });
    connections.push(wire);
    return wire;
  }

  function writePair({ cert, key }: { cert: Buffer | string; key: Buffer | string }): string[] {
    const [certFile, keyFile] = [path.join(folder.path, "cert.pem"), path.join(folder.path, "key.pem")];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    return ["--tls-cert", certFile, "--tls-key", keyFile];
  }

  it("new connections get the certificate that was renewed before SIGHUP, and open ones stay open", async () => {
    const [old, renewed] = [makeCertificate(), makeCertificate()];
    const { server, port } = await ServerProcess.serve(folder.path, writePair(old));
    const wire = await connect(port, old.cert);
    const { token } = await wire.register("ana", PASSWORD);
    const chat = wire.chat(token);
    await chat.accept(sendAll("before"));
    writePair(renewed);
    server.child.kill("SIGHUP");
    await server.says(/"subject":"CN=localhost","validTo":"[^"]+","msg":"the certificate was read again/);
    await chat.accept(sendAll("after"));
    expect((await (await connect(port, renewed.cert)).login("ana", PASSWORD)).username).to.equal("ana");
    expect(await Connection.open({ port, ca: old.cert }).catch((error: Error) => error)).to.be.an("error");
  });

  it("a server logs a wrong certificate at SIGHUP, and keeps the old one until a SIGHUP with a right one", async () => {
    const [old, renewed] = [makeCertificate(), makeCertificate()];
    const { server, port } = await ServerProcess.serve(folder.path, writePair(old));
    writePair({ cert: renewed.cert, key: old.key });
    server.child.kill("SIGHUP");
    await server.says(
      /--tls-key: \S+key\.pem is not the key of the certificate in .*cannot be used; the one before stays/,
    );
    await (await connect(port, old.cert)).register("ana", PASSWORD);
    writePair(renewed);
    server.child.kill("SIGHUP");
    await server.says(/"msg":"the certificate was read again;/);
    await (await connect(port, renewed.cert)).login("ana", PASSWORD);
  });

  it("a server without TLS goes on after SIGHUP, SIGUSR1, SIGUSR2 and SIGPIPE, and opens no debugger", async () => {
    const { server, port } = await ServerProcess.serve(folder.path);
    const wire = await connect(port);
    const { token } = await wire.register("ana", PASSWORD);
    const chat = wire.chat(token);
    for (const signal of ["SIGHUP", "SIGUSR1", "SIGPIPE"] as const) server.child.kill(signal);
    await server.says(/there is no certificate to read again/);
    server.child.kill("SIGUSR2");
    await server.says(/"msg":"stats"/);
    await chat.accept(sendAll("still here"));
    expect(server.said).to.not.match(/debugger/i);
    expect((await server.kill("SIGTERM")).code).to.equal(0);
  });

  it("SIGHUP of a closed terminal makes the server say goodbye and end with 0", async () => {
    const args = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data", folder.path];
    const options = { cols: 200, env: plainEnvironment(RUNTIME_ENV) };
    const terminal = openTerminal(process.execPath, args, options);
    terminals.push(terminal);
    let said = "";
    const listening = new Promise<number>((resolve) => {
      terminal.onData((text) => {
        said += text;
        const [, port] = /listens on 127\.0\.0\.1:(\d+)/.exec(said) ?? [];
        if (port !== undefined) resolve(Number(port));
      });
    });
    const ended = new Promise<number>((resolve) => void terminal.onExit(({ exitCode }) => resolve(exitCode)));
    const wire = await connect(await within(listening, () => `the server to listen; it said: ${said}`));
    const { token } = await wire.register("ana", PASSWORD);
    const chat = wire.chat(token);
    await chat.accept(sendAll("hello"));
    // The kernel and the shell may each send one.
    for (let i = 0; i < 2; i++) process.kill(terminal.pid, "SIGHUP");
    await expectGoodbye(chat, { reason: "SHUTTING_DOWN", reconnect: true, code: "UNAVAILABLE" });
    expect(await within(ended, "the server's end")).to.equal(0);
    terminals.pop();
  });

  it("SIGTERM ends a server with 0 while it waits for a port, a metrics port, or its database", async () => {
    const acceptor = net.createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    await once(acceptor, "listening");
    const { port } = acceptor.address() as AddressInfo;
    const outgoing = net.connect(port, "127.0.0.1");
    await once(outgoing, "connect");
    const busy = `127.0.0.1:${outgoing.localPort}`;
    try {
      for (const [args, waits] of [
        [["--listen", busy], /Trying again for up to 10 s/],
        [["--listen", "127.0.0.1:0", "--metrics-listen", busy], /Trying again for up to 10 s/],
        [["--listen", "127.0.0.1:0", "--database-url", "postgres://127.0.0.1:1/obrolan"], /cannot be used yet/],
      ] as const) {
        const server = ServerProcess.spawn(["--data", folder.path, ...args]);
        await server.says(waits);
        const { code, stderr } = await server.kill("SIGTERM");
        expect(code, stderr).to.equal(0);
        expect(stderr).to.include('"msg":"stopped"');
      }
    } finally {
      outgoing.resetAndDestroy();
      acceptor.close();
    }
  });

  it("a server whose standard error accepts nothing goes on, and can be stopped", async () => {
    const prefix = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"];
    const port = await freePort();
    const args = ["--listen", `127.0.0.1:${port}`, "--data", folder.path];
    const server = ServerProcess.spawn(args, { prefix });
    const wire = await opened(port, server);
    if (wire === undefined) throw new Error("the server ended");
    await wire.register("ana", PASSWORD);
    for (let i = 0; i < 3; i++) server.child.kill("SIGUSR2");
    await wire.login("ana", PASSWORD);
    expect((await server.kill("SIGTERM")).code).to.equal(0);
  });

  /** A port that was free a moment ago. */
  async function freePort(): Promise<number> {
    const probe = net.createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, "close");
    return port;
  }

  /** A connection to a server that cannot report its port. Undefined if the server ends first. */
  async function opened(port: number, { child }: ServerProcess): Promise<Connection | undefined> {
    while (child.exitCode === null && child.signalCode === null) {
      try {
        return await connect(port);
      } catch {}
    }
    return undefined;
  }
});
