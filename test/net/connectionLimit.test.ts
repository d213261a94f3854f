import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { expect } from "chai";
import { ConnectionLimit, possibleConnections, readOpenFilesLimit } from "../../src/server/net/connectionLimit.ts";
import { RareLog } from "../../src/server/net/rareLog.ts";
import { within } from "../support/deadline.ts";

describe("ConnectionLimit", () => {
  const clients: Socket[] = [];
  let server: net.Server;
  let lines: { facts: object; message: string }[];
  let nowMs: number;
  beforeEach(() => {
    lines = [];
    nowMs = 0;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    server.close();
    await once(server, "close");
  });

  async function listen(max: number): Promise<ConnectionLimit> {
    const log = (facts: object, message: string) => lines.push({ facts, message });
    const limit = new ConnectionLimit(max, new RareLog(log, () => nowMs));
    server = net.createServer((socket) => socket.on("error", () => {}));
    limit.attach(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return limit;
  }

  /** Connects, and waits until the server has accepted or refused. */
  async function connect(): Promise<{ client: Socket; outcome: "accepted" | "refused" }> {
    const decided = new Promise<"accepted" | "refused">((resolve) => {
      server.once("connection", () => resolve("accepted"));
      server.once("drop", () => resolve("refused"));
    });
    const client = net.connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
    clients.push(client);
    const outcome = await within(decided, "a decision");
    return { client, outcome };
  }

  it("connections up to the limit are accepted, and the newcomer is closed and counted", async () => {
    const limit = await listen(2);
    expect([(await connect()).outcome, (await connect()).outcome]).to.deep.equal(["accepted", "accepted"]);
    const { client, outcome } = await connect();
    expect(outcome).to.equal("refused");
    await within(once(client, "close"), "the newcomer's end");
    expect(limit.refused).to.equal(1);
    expect(clients.slice(0, 2).map((each) => each.destroyed)).to.deep.equal([false, false]);
  });

  it("a connection that ends makes room for another", async () => {
    await listen(1);
    const [first] = [(await connect()).client];
    first.destroy();
    await within(
      new Promise<void>((resolve) => {
        const look = () => server.getConnections((_, count) => (count === 0 ? resolve() : setImmediate(look)));
        look();
      }),
      "the end of the first connection",
    );
    expect((await connect()).outcome).to.equal("accepted");
  });

  it("refused connections have at most one line in the log per minute, which counts the others", async () => {
    await listen(1);
    await connect();
    for (let i = 0; i < 3; i++) expect((await connect()).outcome).to.equal("refused");
    expect(lines).to.have.length(1);
    expect(lines[0]?.facts).to.deep.equal({ address: "127.0.0.1", maxConnections: 1, sinceLastLine: 0 });
    nowMs = 60_000;
    await connect();
    expect(lines[1]?.facts).to.include({ sinceLastLine: 2 });
  });

  it("a limit of 0 is no limit", async () => {
    const limit = await listen(0);
    for (let i = 0; i < 5; i++) expect((await connect()).outcome).to.equal("accepted");
    expect(limit.refused).to.equal(0);
  });
});

describe("possibleConnections", () => {
  it("connections leave 128 of the files that a process may open, and 1 is the least", () => {
    expect(possibleConnections(20_000, 1_024)).to.equal(896);
    expect(possibleConnections(500, 1_024)).to.equal(500);
    expect(possibleConnections(20_000, 64)).to.equal(1);
    expect(possibleConnections(20_000, Number.POSITIVE_INFINITY)).to.equal(20_000);
    expect(possibleConnections(0, 1_024)).to.equal(0);
  });

  it("the limit of open files is that of this process", function () {
    if (process.platform !== "linux") this.skip();
    expect(readOpenFilesLimit()).to.be.greaterThan(64);
  });
});
