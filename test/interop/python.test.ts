import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { join, sendAll } from "../support/commands.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { Proxy as TcpProxy } from "../support/proxy.ts";
import { Connection } from "../support/wire.ts";
import { PythonClient } from "./pythonClient.ts";

const PASSWORD = "a good password";
const numbered = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word} ${index}`);

describe("examples/python, a client written from the contract alone", function () {
  this.timeout(240_000);
  const folder = useFolder();
  let server: ServerProcess;
  let port: number;
  let proxy: TcpProxy;
  let others: Connection | undefined;
  /** The folder of the stubs, which are generated once for all tests. */
  let stubs: string;
  before(async function () {
    stubs = await mkdtemp(path.join(tmpdir(), "obrolan-stubs-"));
    await PythonClient.generate(this, stubs);
  });
  after(() => rm(stubs, { recursive: true }));

  /** Starts a server behind the proxy. By default it has no rate limit. */
  async function serve(messagesPerSecond = 0, burst = 0): Promise<void> {
    const args = ["--messages-per-second", String(messagesPerSecond), "--burst", String(burst)];
    const started = await ServerProcess.serve(path.join(folder.path, "data"), args);
    server = started.server;
    port = started.port;
    proxy.pointTo(port);
  }

  beforeEach(async () => {
    proxy = await TcpProxy.start(0);
    await serve();
  });
  afterEach(async () => {
    others?.close();
    others = undefined;
    await PythonClient.killAll();
    await proxy.close();
    await endProcesses();
  });

  /** Another user in the room, whose connection no test cuts. */
  async function enterAs(name: string) {
    others = await Connection.open({ port });
    const { token } = await others.register(name, PASSWORD);
    const chat = others.chat(token);
    await chat.ask(join());
    return chat;
  }

  function start(...args: string[]): PythonClient {
    const client = PythonClient.start({ stubs, state: folder.path, port: proxy.port }, ...args);
    if (args.length > 0) client.type(PASSWORD);
    return client;
  }

  it("the Python client registers, joins, sends a message, receives it, lists who is online and leaves", async () => {
    const text = "selamat pagi, 世界 👋";
    const guido = start("register", "guido");
    guido.type("list", `sendall ${text}`);
    expect(await guido.next("welcome")).to.include({ username: "guido" });
    expect(await guido.next("online")).to.deep.equal({ username: "guido" });
    const { id } = await guido.next("accepted");
    await guido.until("the echo", () => guido.texts.find((heard) => heard === text));
    expect(guido.all("message")).to.have.lengthOf(1);
    expect(guido.all("message")[0]).to.include({ id, sender: "guido", text });
    expect(await guido.end()).to.equal(0);
  });

  it("the Python client names the reason of a failed sign-in and ends with exit code 1", async () => {
    const guido = start("login", "guido");
    expect(await guido.next("ended")).to.include({ reason: "BAD_CREDENTIALS" });
    expect(await guido.end()).to.equal(1);
  });

  it("the Python client resumes after its saved cursor and gets exactly the missed messages", async () => {
    const guido = start("register", "guido");
    guido.type("sendall before");
    await guido.next("accepted");
    expect(await guido.end()).to.equal(0);
    const ada = await enterAs("ada");
    for (const text of numbered("missed", 30)) await ada.accept(sendAll(text));

    const again = start();
    await again.next("caught_up");
    expect(again.texts).to.deep.equal(numbered("missed", 30));
    again.type("logout");
    expect(await again.end()).to.equal(0);
  });

  it("the Python client misses nothing after a cut before the first message of the room @long", async () => {
    const guido = start("register", "guido", "--recent", "20");
    await guido.next("caught_up");
    proxy.forbid();
    const ada = await enterAs("ada");
    for (const text of numbered("missed", 30)) await ada.accept(sendAll(text));
    proxy.allow();
    await guido.next("caught_up");
    expect(guido.texts).to.deep.equal(numbered("missed", 30));
    expect(guido.all("gap")).to.deep.equal([]);
  });

  it("the Python client resends commands without a reply after a cut, and they are posted once", async () => {
    const ada = await enterAs("ada");
    const guido = start("register", "guido");
    await guido.next("caught_up");
    proxy.deafen();
    const texts = numbered("said", 20);
    guido.type(...texts.map((text) => `sendall ${text}`));
    await ada.next("message", ({ text }) => text === texts.at(-1));
    expect(guido.all("accepted")).to.deep.equal([]);
    proxy.hear();
    await guido.until("all replies", () => guido.all("accepted").length === texts.length || undefined);
    expect(await guido.end()).to.equal(0);
    expect(guido.all("accepted").every(({ duplicate }) => duplicate === true)).to.equal(true);
    expect(guido.texts).to.deep.equal(texts);
    expect(ada.messages.map(({ text }) => text)).to.deep.equal(texts);
  });

  it("the Python client continues after its server was killed and restarted, and loses no message @long", async () => {
    const guido = start("register", "guido");
    await guido.next("caught_up");
    const texts = numbered("said", 60);
    guido.type(...texts.slice(0, 30).map((text) => `sendall ${text}`));
    await guido.next("accepted");
    await server.kill("SIGKILL");
    proxy.cut();
    guido.type(...texts.slice(30).map((text) => `sendall ${text}`));
    await guido.next("reconnecting");
    await serve();
    await guido.until("all replies", () => guido.all("accepted").length === texts.length || undefined);
    expect(await guido.end()).to.equal(0);
    expect(guido.texts).to.deep.equal(texts);
  });

  it("the Python client reconnects after the goodbye of a draining server @long", async () => {
    const guido = start("register", "guido");
    await guido.next("caught_up");
    expect(await server.kill("SIGTERM")).to.include({ code: 0 });
    expect(await guido.next("goodbye")).to.include({ reason: "REASON_SHUTTING_DOWN", reconnect: true });
    await serve();
    await guido.next("caught_up");
    guido.type("sendall still here");
    await guido.next("accepted");
    expect(await guido.end()).to.equal(0);
  });

  it("the Python client resends a command rejected with a retry_after until it is accepted @long", async () => {
    await server.kill("SIGTERM");
    await serve(20, 2);
    const guido = start("register", "guido");
    const texts = numbered("said", 8);
    guido.type(...texts.map((text) => `sendall ${text}`));
    await guido.until("all replies", () => guido.all("accepted").length === texts.length || undefined);
    expect(await guido.end()).to.equal(0);
    expect(guido.texts).to.have.members(texts);
  });

  it("the Python client drops the one command that the server cannot read, and sends the others @long", async () => {
    const guido = start("register", "guido");
    await guido.next("caught_up");
    guido.type("sendall before", `sendall ${"x".repeat(70_000)}`, "sendall after", "sendall last");
    expect(await guido.next("goodbye")).to.include({ reason: "REASON_REQUEST_INVALID", reconnect: true });
    expect(await guido.next("dropped")).to.deep.equal({
      command: `sendall ${"x".repeat(32)}`,
      reason: "REQUEST_INVALID",
    });
    await guido.until("all replies", () => guido.all("accepted").length === 3 || undefined);
    expect(await guido.end()).to.equal(0);
    expect(guido.texts).to.deep.equal(["before", "after", "last"]);
    expect(guido.all("dropped")).to.have.lengthOf(1);
  });
});
