import { once } from "node:events";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { untilAvailable } from "../../src/server/net/available.ts";
import { findHolder, parseTable } from "../../src/server/net/portHolder.ts";
import { connectAlone } from "../support/outgoing.ts";

const never = new AbortController().signal;

describe("untilAvailable", () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const reports: string[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.resetAndDestroy();
    for (const server of servers.splice(0)) server.close();
    reports.length = 0;
  });

  async function listen(host = "127.0.0.1"): Promise<number> {
    const server = net.createServer((socket) => sockets.push(socket.on("error", () => {})));
    servers.push(server.listen(0, host));
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  /** Opens an outgoing connection. The system chooses its port, which no other socket has. */
  async function connectOut(): Promise<Socket> {
    const socket = await connectAlone(await listen());
    sockets.push(socket);
    return socket;
  }

  const wait = (address: string, signal = never, timeoutMs = 0) =>
    untilAvailable({ address, setting: "--listen" }, { signal, timeoutMs, report: (told) => void reports.push(told) });

  const refusal = async (address: string, timeoutMs?: number) => {
    const error = await wait(address, never, timeoutMs).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    return error?.message;
  };

  it("a free address is available at once, also with port 0", async () => {
    const port = await listen();
    servers.pop()?.close();
    await wait(`127.0.0.1:${port}`);
    await wait("127.0.0.1:0");
    expect(reports).to.deep.equal([]);
  });

  it("an address on which another program listens is refused at once", async () => {
    const port = await listen();
    expect(await refusal(`127.0.0.1:${port}`, 60_000)).to.equal(
      `Cannot listen on 127.0.0.1:${port}: another program listens there. Stop that program, or take another address with --listen.`,
    );
    expect(await refusal(`0.0.0.0:${port}`, 60_000)).to.include("another program listens there");
    expect(reports).to.deep.equal([]);
  });

  it("the server waits for a port that an outgoing connection has, and reports the cause", async function () {
    if (process.platform !== "linux") this.skip();
    const socket = await connectOut();
    const { localPort: port } = socket;
    const { promise: reported, resolve } = Promise.withResolvers<string>();
    const available = untilAvailable(
      { address: `127.0.0.1:${port}`, setting: "--listen" },
      { signal: never, report: resolve },
    );
    expect(await reported).to.equal(
      `Cannot listen on 127.0.0.1:${port}: the port belongs to an outgoing connection of this machine, and no program listens there. Trying again for up to 10 s`,
    );
    socket.resetAndDestroy();
    await available;
  });

  it("a port that an outgoing connection keeps is refused, and the error says what to do", async function () {
    if (process.platform !== "linux") this.skip();
    const { localPort: port } = await connectOut();
    expect(await refusal(`127.0.0.1:${port}`)).to.equal(
      `Cannot listen on 127.0.0.1:${port}: the port belongs to an outgoing connection of this machine, and no program listens there, also after 0 s. Start again later, or take another port with --listen. On Linux this keeps the port free from then on: sysctl -w net.ipv4.ip_local_reserved_ports=${port}`,
    );
  });

  it("the wait for a port ends with the reason of the aborted signal", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const { localPort } = await connectOut();
    const waiting = untilAvailable(
      { address: `127.0.0.1:${localPort}`, setting: "--listen" },
      { signal: controller.signal, report: () => controller.abort(reason) },
    );
    expect(await waiting.catch((error) => error)).to.equal(reason);
  });

  it("the server waits for an address that the machine does not have, and the error says so", async () => {
    expect(await refusal("192.0.2.1:50051")).to.equal(
      "Cannot listen on 192.0.2.1:50051: this machine does not have the address 192.0.2.1, also after 0 s. Take another address with --listen.",
    );
    expect(await refusal("[2001:db8::1]:50051")).to.match(
      /does not have the address 2001:db8::1, or IPv6 is switched off|has no IPv6/,
    );
  });

  it("a name that cannot be resolved is refused", async () => {
    expect(await refusal("nowhere.invalid:50051")).to.match(
      /^Cannot listen on nowhere\.invalid:50051: (the name nowhere\.invalid is not known|the name server does not answer for nowhere\.invalid, also after 0 s)\. Take another address with --listen\.$/,
    );
  });
});

describe("The holder of a port", () => {
  it("parseTable reads IPv4 and IPv6 sockets from the tables of the kernel", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:C383 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0",
      "  12: B80D0120000000000000000001000000:1F90 00000000000000000000000000000000:0000 01 00000000:00000000 00:00000000",
      "  13: 0000000000000000FFFF00000100007F:0016 0000000000000000FFFF00000100007F:0017 06 00000000:00000000 00:00000000",
      "  14: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000",
    ].join("\n");
    expect(parseTable(table)).to.deep.equal([
      { address: "127.0.0.1", port: 50_051, state: "0A" },
      { address: "2001:db8::1", port: 8080, state: "01" },
      { address: "127.0.0.1", port: 22, state: "06" },
      { address: "::", port: 22, state: "0A" },
    ]);
  });

  it("findHolder ignores a listener on the same port of another address", async function () {
    if (process.platform !== "linux") this.skip();
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await findHolder("127.0.0.1", port)).to.equal("listener");
    expect(await findHolder("0.0.0.0", port)).to.equal("listener");
    expect(await findHolder("127.0.0.2", port)).to.equal("unknown");
    server.close();
  });
});
