import { once } from "node:events";
import net from "node:net";
import { expect } from "chai";
import { catalogue } from "../../src/server/metrics/catalogue.ts";
import { help, join, sendAll } from "../support/commands.ts";
import { DEADLINE } from "../support/deadline.ts";
import { useFolder } from "../support/folder.ts";
import { type Scrape, scrape } from "../support/metrics.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { differsOnBun } from "../support/runtime.ts";
import { Connection } from "../support/wire.ts";

describe("The metrics of a server's process", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  /** Starts a server with metrics. */
  async function serve() {
    const { server, port } = await ServerProcess.serve(folder.path, [
      "--metrics-listen",
      "127.0.0.1:0",
      "--messages-per-second",
      "0",
    ]);
    const [, address = ""] = await server.says(/"metrics":"([^"]+)"/);
    const wire = await Connection.open({ port });
    connections.push(wire);
    return { server, port, address, wire };
  }

  it("the metrics are exactly those of the catalogue, with names as Prometheus recommends them", async function () {
    differsOnBun(this, 11);
    const { address } = await serve();
    const { text, samples } = await scrape(address);
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
    expect(types).to.deep.equal(catalogue.map(({ name, type }) => [name, type]));
    for (const { name, type } of catalogue) {
      expect(name).to.match(/^(obrolan|process|nodejs)(_[a-z]+)+$/);
      expect(name.endsWith("_total"), name).to.equal(type === "counter");
      expect(
        [...samples.keys()].some((sample) => sample.startsWith(name)),
        name,
      ).to.equal(true);
    }
    for (const [sample, value] of samples) expect(value, sample).to.be.at.least(0);
  });

  it("the metrics of the process show its version, memory, files and time", async () => {
    const { address, port } = await serve();
    const before = await scrape(address);
    expect(Object.values(before.byLabel("obrolan_info"))).to.deep.equal([1]);
    expect(before.value("process_resident_memory_bytes")).to.be.greaterThan(
      before.value("nodejs_heap_size_used_bytes"),
    );
    const wires = await Promise.all(Array.from({ length: 20 }, () => Connection.open({ port })));
    connections.push(...wires);
    const after = await scrape(address);
    expect(after.value("process_open_fds") - before.value("process_open_fds")).to.equal(20);
    expect(after.value("process_cpu_seconds_total")).to.be.greaterThan(before.value("process_cpu_seconds_total"));
    expect(after.value("obrolan_uptime_seconds")).to.be.greaterThan(before.value("obrolan_uptime_seconds"));
  });

  it("the metrics show the password hashes in progress and in the queue", async () => {
    const { address, wire } = await serve();
    const running = (now: Scrape) => now.value("obrolan_hashes");
    const waiting = (now: Scrape) => now.value("obrolan_hashes_waiting");
    const until = Date.now() + DEADLINE;
    let seen = await scrape(address);
    // Registers accounts until a scrape has seen a hash that waits, however many scrapes miss one.
    const registerOn = async (i: number) => {
      for (let n = 1; waiting(seen) === 0 && Date.now() < until; n++) {
        await wire.register(`person-${i}-${n}`, "a good password");
      }
    };
    const all = Promise.all(Array.from({ length: 12 }, (_, i) => registerOn(i)));
    while (waiting(seen) === 0 && Date.now() < until) seen = await scrape(address);
    expect(waiting(seen)).to.be.within(1, 10);
    expect(running(seen)).to.equal(2);
    await all;
    const after = await scrape(address);
    expect([running(after), waiting(after)]).to.deep.equal([0, 0]);
  });

  it("the metrics are at /metrics alone and read-only; any other request is answered with a sentence", async () => {
    const { address } = await serve();
    const at = async (path: string, init?: RequestInit) => {
      const response = await fetch(`http://${address}${path}`, init);
      return { status: response.status, allow: response.headers.get("allow"), body: await response.text() };
    };
    expect(await at("/")).to.deep.include({
      status: 404,
      body: "There is nothing here: the metrics are at /metrics.\n",
    });
    expect(await at("/metrics/more")).to.deep.include({ status: 404 });
    expect(await at("/metrics", { method: "POST", body: "x" })).to.deep.include({
      status: 405,
      allow: "GET, HEAD",
      body: "The metrics can be read with GET; POST is not known here.\n",
    });
    expect(await at("/metrics", { method: "HEAD" })).to.deep.include({ status: 200, body: "" });
    expect((await at("/metrics?from=prometheus")).status).to.equal(200);
    const { headers } = await fetch(`http://${address}/metrics`);
    expect(headers.get("content-type")).to.equal("text/plain; version=0.0.4; charset=utf-8");
  });

  it("the metrics can be read during a drain, and their port is closed after it", async () => {
    const { server, port, address, wire } = await serve();
    const { token } = await wire.register("ana", "a good password");
    const sender = await wire.chat(token);
    await sender.ask(help);
    const slowWire = await Connection.open({ port });
    connections.push(slowWire);
    const slow = slowWire.chat(token);
    slow.send(join());
    await slow.next("caughtUp");
    slow.pause();
    // More than the windows of HTTP/2 take, so that the response in flight keeps the drain waiting.
    const sent = Array.from({ length: 200 }, (_, i) => sender.accept(sendAll("x".repeat(4096)), `r${i}`));
    await Promise.all(sent);
    server.child.kill("SIGTERM");
    await server.says(/"stopping"/);
    await sender.next("goodbye");
    const now = await scrape(address);
    expect(now.value("obrolan_accepted_total")).to.equal(200);
    expect(now.value("obrolan_streams")).to.be.at.least(1);
    slow.resume();
    await slow.next("goodbye");
    expect((await server.exit()).code).to.equal(0);
    await failed(fetch(`http://${address}/metrics`));
  });

  it("the metrics are off by default", async () => {
    const { server } = await ServerProcess.serve(folder.path);
    expect(server.said).to.not.include("metrics");
  });

  it("a server whose metrics address is in use does not start, and names the setting", async () => {
    const taken = net.createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = `127.0.0.1:${(taken.address() as net.AddressInfo).port}`;
    const args = ["--listen", "127.0.0.1:0", "--data", folder.path, "--metrics-listen", address];
    const { code, stderr } = await ServerProcess.spawn(args).exit();
    taken.close();
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      `obrolan: Cannot listen on ${address}: another program listens there. Stop that program, or take another address with --metrics-listen.\n`,
    );
  });

  it("a server with metrics ends if its own address is in use", async () => {
    const taken = net.createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = `127.0.0.1:${(taken.address() as net.AddressInfo).port}`;
    const args = ["--listen", address, "--data", folder.path, "--metrics-listen", "127.0.0.1:0"];
    const { code, stderr } = await ServerProcess.spawn(args).exit();
    taken.close();
    expect(code).to.equal(1);
    expect(stderr).to.include("with --listen.");
  });
});

async function failed(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error, "the call was expected to fail").to.be.an("error");
}
