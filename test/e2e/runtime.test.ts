import { once } from "node:events";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { expect } from "chai";
import { findBun } from "../../src/server/process/bun.ts";
import { needsBun } from "../support/bun.ts";
import { makeCertificate } from "../support/certificate.ts";
import { join, sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { expectFailed } from "../support/expect.ts";
import { run } from "../support/externalTools.ts";
import { useFolder } from "../support/folder.ts";
import { scrape } from "../support/metrics.ts";
import { endProcesses, type ProcessOptions, ServerProcess } from "../support/process.ts";
import { fromV4 } from "../support/proxyHeader.ts";
import { floodFrom } from "../support/rawClient.ts";
import { Terminal } from "../support/terminal.ts";
import { Connection, failure } from "../support/wire.ts";

const PASSWORD = "a good password";
const root = path.resolve(import.meta.dirname, "../..");

describe("obrolan serve --runtime bun", function () {
  this.timeout(60_000);
  const folder = useFolder();
  let version = "";
  before(async function () {
    needsBun(this);
    version = (await run(findBun({}), ["--version"])).stdout.trim();
  });
  afterEach(endProcesses);

  const serve = (args: readonly string[] = [], options?: ProcessOptions) =>
    ServerProcess.serve(path.join(folder.path, "data"), args, options);

  /** Registers a user and sends a message. */
  async function talk(port: number): Promise<void> {
    const wire = await Connection.open({ port });
    try {
      const { token } = await wire.register("ana", PASSWORD);
      expect((await wire.chat(token).accept(sendAll("hello"))).id).to.equal(1n);
    } finally {
      wire.close();
    }
  }

  it("a server on Bun is the process that was started, serves, and drains on SIGTERM", async () => {
    const { server, port } = await serve(["--runtime", "bun"]);
    const [, pid, runtime] = await server.says(/"pid":(\d+).*"runtime":"(.+?)"/);
    expect([Number(pid), runtime]).to.deep.equal([server.child.pid, `Bun ${version}`]);
    await talk(port);
    expect((await server.kill("SIGTERM")).code).to.equal(0);
  });

  it("the environment and a file can ask for Bun", async () => {
    const config = path.join(folder.path, "config.json");
    await writeFile(config, '{"runtime": "bun"}');
    for (const [name, value] of [
      ["OBROLAN_RUNTIME", "bun"],
      ["OBROLAN_CONFIG", config],
    ] as const) {
      const { server } = await serve([], { env: { [name]: value } });
      expect(server.said, name).to.include(`"runtime":"Bun ${version}"`);
      await server.kill("SIGTERM");
    }
  });

  it("wrong settings are refused before Bun is looked for", async () => {
    const { code, stderr } = await ServerProcess.spawn(["--runtime", "deno"]).exit();
    expect(stderr).to.equal('obrolan: The flag --runtime is "deno"; it must be one of node, bun.\n');
    expect(code).to.equal(2);
  });

  it("Bun reads neither .env nor bunfig.toml of the working folder", async () => {
    await writeFile(path.join(folder.path, ".env"), "OBROLAN_BURST=many\n");
    await writeFile(path.join(folder.path, "bunfig.toml"), 'preload = ["./preload.js"]\n');
    await writeFile(path.join(folder.path, "preload.js"), 'console.log("preloaded"); process.exit(9);\n');
    const { server, port } = await serve(["--runtime", "bun"], { cwd: folder.path });
    await talk(port);
    expect((await server.kill("SIGTERM")).stdout).to.equal("");
  });

  it("a program that Bun runs is refused without --runtime bun", async () => {
    const { code, stderr } = await run(findBun({}), [path.join(root, "bin/obrolan.js"), "serve"]);
    expect(stderr).to.match(
      /^obrolan: This is Bun [\d.]+, and --runtime is node: start the program with Node, or give/,
    );
    expect(code).to.equal(2);
  });

  it("a server without the package of Bun says so and ends with 2, and runs on Node", async () => {
    // Modules are looked for from the real path of a file, so the program is copied.
    for (const part of ["bin", "src", "package.json"]) {
      await cp(path.join(root, part), path.join(folder.path, part), { recursive: true });
    }
    await mkdir(path.join(folder.path, "node_modules"));
    const names = (await readdir(path.join(root, "node_modules"))).filter((name) => name !== "@oven");
    for (const name of names) {
      await symlink(path.join(root, "node_modules", name), path.join(folder.path, "node_modules", name));
    }
    const program = path.join(folder.path, "bin/obrolan.js");
    const { code, stderr } = await ServerProcess.spawn(["--runtime", "bun"], { program }).exit();
    expect(stderr).to.match(
      /^obrolan: --runtime bun: the optional package @oven\/bun-\S+ is not installed\. [^\n]+\n$/,
    );
    expect(code).to.equal(2);
    const { server, port } = await serve(["--runtime", "node"], { program });
    expect(server.said).to.include('"runtime":"Node ');
    await talk(port);
  });

  it("PROXY protocol on a port with TLS is refused on Bun, with what to do", async () => {
    const tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    const { code, stderr } = await ServerProcess.spawn(["--runtime", "bun", "--proxy-protocol", ...tls]).exit();
    expect(stderr).to.equal(
      "obrolan: --runtime bun cannot read the header of --proxy-protocol on a port with TLS: let the proxy end TLS and leave out --tls-cert, or leave out --runtime.\n",
    );
    expect(code).to.equal(2);
  });

  it("the metrics name the runtime that serves, with its version", async () => {
    for (const [runtime, expected] of [
      ["node", process.versions.node],
      ["bun", version],
    ] as const) {
      const { server } = await serve(["--runtime", runtime, "--metrics-listen", "127.0.0.1:0"]);
      const [, address = ""] = await server.says(/"metrics":"([^"]+)"/);
      const [info] = /^obrolan_info\{.*/m.exec((await scrape(address)).text) ?? [];
      expect(info).to.match(/^obrolan_info\{version="[^"]+",runtime="/);
      expect(info).to.include(`,runtime="${runtime}",runtime_version="${expected}"} 1`);
      await server.kill("SIGTERM");
    }
  });

  it("the greeting at a terminal names the runtime", async () => {
    const terminal = new Terminal(["serve", "--runtime", "bun", "--listen", "127.0.0.1:0", "--data", folder.path]);
    try {
      await terminal.shows(`it runs on         Bun ${version}`);
      terminal.type("\u0003");
      expect(await terminal.exit()).to.equal(0);
    } finally {
      await terminal.close();
    }
  });
});

for (const runtime of ["node", "bun"] as const) {
  describe(`The connections of a server on ${runtime}`, function () {
    this.timeout(60_000);
    const folder = useFolder();
    const sockets: Socket[] = [];
    before(function () {
      if (runtime === "bun") needsBun(this);
    });
    afterEach(async () => {
      for (const socket of sockets.splice(0)) socket.destroy();
      await endProcesses();
    });

    /** Connects and stays silent. */
    async function connectSilently(port: number): Promise<Socket> {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      sockets.push(socket);
      await once(socket, "connect");
      return socket;
    }

    for (const way of ["a port with TLS", "a port with PROXY protocol", "a plain port"] as const) {
      it(`a silent connection to ${way} is closed by the drain, which ends with 0`, async () => {
        const { cert, key } = makeCertificate();
        const [certFile, keyFile] = [path.join(folder.path, "cert.pem"), path.join(folder.path, "key.pem")];
        await writeFile(certFile, cert);
        await writeFile(keyFile, key);
        const isTls = way.includes("TLS");
        const flags = isTls ? ["--tls-cert", certFile, "--tls-key", keyFile] : [];
        if (way.includes("PROXY")) flags.push("--proxy-protocol");
        const { server, port } = await ServerProcess.serve(path.join(folder.path, "data"), [
          ...["--runtime", runtime],
          ...flags,
        ]);
        const silent = await connectSilently(port);
        const closed = once(silent, "close");
        const wire = await Connection.open({ port, ...(isTls && { ca: cert }) });
        await wire.register("ana", PASSWORD);
        // After 10 s it would end with 1.
        const { code, stderr } = await server.kill("SIGTERM");
        expect(code, stderr).to.equal(0);
        await within(closed, "the silent connection to close");
        wire.close();
      });
    }

    it("a stream that is not read delays no other stream of its connection", async () => {
      const { port } = await ServerProcess.serve(path.join(folder.path, "data"), [
        ...["--runtime", runtime, "--messages-per-second", "0", "--burst", "0"],
      ]);
      const wire = await Connection.open({ port });
      const [ana, bob] = [await wire.register("ana", PASSWORD), await wire.register("bob", PASSWORD)];
      const unread = wire.chat(ana.token);
      unread.send(join());
      await unread.next("caughtUp");
      unread.pause();
      const other = wire.chat(bob.token);
      // More than the window of a stream, 65,535 bytes.
      for (let i = 0; i < 40; i++) await other.accept(sendAll("x".repeat(4_000)));
      // Each would wait for the next PING of the server, up to 15 s.
      for (let i = 0; i < 10; i++) await other.accept(sendAll("y"));
      unread.resume();
      await unread.next("message", ({ text }) => text === "y");
      wire.close();
    });

    /** The sockets that the server has not closed, once it has decided about all of them. */
    async function keptOf(all: readonly Socket[], count: number): Promise<Socket[]> {
      const closing = all.map((socket) => (socket.closed ? Promise.resolve() : once(socket, "close")));
      const refused = new Set<Socket>();
      await within(
        new Promise<void>((resolve) => {
          for (const [i, socket] of all.entries()) {
            closing[i]?.then(() => refused.add(socket).size === all.length - count && resolve());
          }
        }),
        `${all.length - count} of ${all.length} connections to be closed`,
      );
      return all.filter((socket) => !refused.has(socket));
    }

    it("a server closes connections beyond --max-connections, counts them, and serves the others", async () => {
      const { server, port } = await ServerProcess.serve(path.join(folder.path, "data"), [
        ...["--runtime", runtime, "--max-connections", "3", "--metrics-listen", "127.0.0.1:0"],
      ]);
      const [, address = ""] = await server.says(/"maxConnections":3,"metrics":"([^"]+)"/);
      const wire = await Connection.open({ port });
      const { token } = await wire.register("ana", PASSWORD);
      for (let i = 0; i < 5; i++) await connectSilently(port);
      const kept = await keptOf(sockets, 2);
      await wire.list(token);
      const counts = await scrape(address);
      expect(counts.value("obrolan_connections")).to.equal(3);
      expect(counts.value("obrolan_refused_connections_total")).to.equal(3);
      await server.says(/"address":"127\.0\.0\.1","maxConnections":3,"sinceLastLine":0,"msg":"a connection was closed/);

      kept[0]?.destroy();
      let now = counts;
      while (now.value("obrolan_connections") === 3) now = await scrape(address);
      const another = await Connection.open({ port });
      expect((await another.login("ana", PASSWORD)).username).to.equal("ana");
      for (const each of [wire, another]) each.close();
    });

    it("a server refuses connections beyond --max-connections-per-address with a reason, and counts them", async () => {
      const { server, port } = await ServerProcess.serve(path.join(folder.path, "data"), [
        ...["--runtime", runtime, "--max-connections-per-address", "2", "--proxy-protocol"],
        ...["--metrics-listen", "127.0.0.1:0"],
      ]);
      const [, address = ""] = await server.says(/"maxConnectionsPerAddress":2,.*"metrics":"([^"]+)"/);
      const local = await Connection.open({ port });
      const { token } = await local.register("ana", PASSWORD);
      const open = (from: string) => Connection.open({ port, header: fromV4(from) });
      const kept = [await open("192.0.2.1"), await open("192.0.2.1"), await open("192.0.2.2"), local];
      const refused = await open("192.0.2.1");
      const closed = new Promise((resolve) => refused.session.on("close", resolve));
      expectFailed(await failure(refused.list(token)), "RESOURCE_EXHAUSTED", "TOO_MANY_CONNECTIONS");
      await within(closed, "the refused connection to close");
      for (const wire of kept) await wire.list(token);
      const counts = await scrape(address);
      expect(counts.byLabel("obrolan_refused_addresses_total")).to.deep.equal({ limit: 1, abuse: 0 });
      await server.says(
        /"address":"192\.0\.2\.1","maxConnectionsPerAddress":2,"sinceLastLine":0,"msg":"a connection was/,
      );
      for (const wire of kept) wire.close();
    });

    it("an address that floods with resets is cut off, then refused, and others are served", async () => {
      const { server, port } = await ServerProcess.serve(path.join(folder.path, "data"), [
        ...["--runtime", runtime, "--proxy-protocol", "--metrics-listen", "127.0.0.1:0"],
      ]);
      const [, address = ""] = await server.says(/"metrics":"([^"]+)"/);
      // Two more than it takes, because time forgives some.
      await floodFrom(port, fromV4("192.0.2.1"), 12);
      const refused = Connection.open({ port, header: fromV4("192.0.2.1") });
      expect(await refused.catch((error: Error) => error)).to.be.instanceOf(Error);
      const counts = (await scrape(address)).byLabel("obrolan_refused_addresses_total");
      expect(counts.abuse).to.be.at.least(1);
      expect(counts.limit).to.equal(0);
      await server.says(/"address":"192\.0\.2\.1","sinceLastLine":0,"msg":"a connection was closed, because earlier/);
      const other = await Connection.open({ port, header: fromV4("192.0.2.2") });
      await other.register("ana", PASSWORD);
      other.close();
    });

    it("a server has fewer connections than files, and serves those that it has", async function () {
      if (process.platform !== "linux") this.skip();
      const prefix = ["sh", "-c", 'ulimit -n 192; exec "$@"', "sh"];
      const { server, port } = await ServerProcess.serve(
        path.join(folder.path, "data"),
        ["--runtime", runtime, "--max-connections", "1000"],
        { prefix },
      );
      await server.says(/at most 64 connections instead of 1000, because this process may open 192 files/);
      const wire = await Connection.open({ port });
      const { token } = await wire.register("ana", PASSWORD);
      for (let i = 0; i < 250; i++) await connectSilently(port);
      expect(await keptOf(sockets, 63)).to.have.length(63);
      expect((await wire.chat(token).accept(sendAll("still here"))).id).to.equal(1n);
      expect(server.said).to.not.match(/EMFILE/);
      wire.close();
    });
  });
}
