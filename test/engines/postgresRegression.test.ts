import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { EngineServer, needsEngine } from "../support/engineServer.ts";
import { eventually } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { query } from "../support/query.ts";
import { draft, enlist, headOf, idsAfter, type Person, post, range } from "../support/storeFixture.ts";
import { caught, PostgresNode } from "./postgresNode.ts";

/**
 * Most tests replace the server by a copy of it. The copy lacks the newest messages, like a standby that lagged, or a
 * restored backup.
 */
describe("A failover of PostgreSQL", () => {
  let server: EngineServer;
  let copy: EngineServer;
  let fixture: PostgresFixture;
  let nodes: PostgresNode[];
  let ana: Person;
  let logId: string;
  before(async function () {
    needsEngine(this, "postgres");
    server = await EngineServer.start("postgres");
  });
  after(() => server?.remove());

  beforeEach(async () => {
    await server.start();
    fixture = await postgresFixture(server);
    nodes = [await PostgresNode.open(fixture), await PostgresNode.open(fixture)];
    ana = await enlist(node(0).store, "ana");
    await append(0, 5);
    copy = await server.copy();
    await Promise.all(nodes.map(isBack));
    ({ logId } = await node(0).store.log.state());
  });
  afterEach(async () => {
    await Promise.all(nodes.map((each) => each.close()));
    await copy.remove();
  });

  const node = (i: number) => nodes[i] as PostgresNode;
  const logOf = (i: number) => node(i).store.log;
  const append = (i: number, count: number) => logOf(i).append(range(1, count).map((j) => draft(ana, `${j}`)));
  const isBack = ({ store }: PostgresNode) =>
    eventually(async () => (await caught(store.log.state())) === undefined, "the store to be back");

  /** Kills the server, and connects all nodes to the copy. */
  async function takeOver(): Promise<void> {
    await server.kill();
    await copy.start();
    for (const { proxy } of nodes) {
      proxy.pointTo(copy.port);
      proxy.cut();
    }
  }

  /** Opens a node that has seen nothing of the old server. */
  async function newNode(): Promise<PostgresNode> {
    const url = new URL(fixture.url);
    url.port = String(copy.port);
    const made = await PostgresNode.open({ ...fixture, url: url.href });
    nodes.push(made);
    return made;
  }

  /**
   * Appends at a node until the copy answers; the node needs a while to reach it. Resolves with the copy's error, or
   * with `undefined` if the copy accepts.
   */
  const refusal = async (i: number): Promise<Error> => {
    let error: unknown;
    await eventually(async () => {
      error = await caught(append(i, 1));
      return error === undefined || /log|message/.test((error as Error).message);
    }, "an answer of the copy");
    return error as Error;
  };

  it("a node does not append to a copy that lacks messages it has seen, and the log gets a new id once", async () => {
    await append(0, 4);
    expect(await headOf(logOf(1))).to.equal(9);
    await takeOver();
    for (const i of [0, 1]) {
      const error = await refusal(i);
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect(error.message).to.match(/gone back: it lacks entries up to 9/);
    }
    const states = await Promise.all(range(1, 6).map((i) => logOf(i % 2).state({ logId, headId: 9 })));
    const [first] = states;
    expect(first?.logId).to.not.equal(logId);
    for (const state of states) expect(state).to.deep.equal({ logId: first?.logId, headId: 5, oldestId: 1 });
    const backs = fixture.reports.filter(({ message }) => /gone back/.test(message));
    expect(backs).to.have.length(1);
    expect(backs[0]?.message).to.match(/had message 9.*ended at message 5\b/);
    expect(await post(logOf(0), draft(ana, "next"))).to.equal(6);
    expect(await post(logOf(1), draft(ana, "next"))).to.equal(7);
    expect(await idsAfter(logOf(1), 0)).to.deep.equal(range(1, 7));
  });

  it("a log regression is found also if the lost messages were known only from notifications", async () => {
    await takeOver();
    await Promise.all(nodes.map(isBack));
    expect(await logOf(0).state({ logId, headId: 5 })).to.include({ logId });
    expect(await logOf(0).state({ logId: "another log", headId: 7 })).to.include({ logId });
    const { logId: renewed } = await logOf(0).state({ logId, headId: 7 });
    expect(renewed).to.not.equal(logId);
    expect(await logOf(1).state({ logId, headId: 7 })).to.include({ logId: renewed, headId: 5 });
  });

  it("a draft for the old log is not appended to the new log", async () => {
    await takeOver();
    await Promise.all(nodes.map(isBack));
    const { logId: renewed } = await logOf(0).state({ logId, headId: 7 });
    expect(await caught(logOf(0).append([draft(ana, "late")], logId))).to.be.instanceOf(StoreUnavailable);
    expect(await logOf(0).append([draft(ana, "in time")], renewed)).to.have.length(1);
    expect(await idsAfter(logOf(0), 0)).to.deep.equal(range(1, 6));
  });

  it("nodes detect a log regression even after a new node has appended to the copy", async () => {
    await append(0, 4);
    await takeOver();
    const fresh = await newNode();
    await fresh.store.log.append(range(1, 9).map((i) => draft(ana, `${i}`)));
    expect(await headOf(fresh.store.log)).to.equal(14);
    expect((await refusal(0)).message).to.match(/gone back/);
    const { logId: renewed, headId } = await logOf(0).state({ logId, headId: 9 });
    expect(renewed).to.not.equal(logId);
    expect(headId).to.equal(14);
    expect(await caught(fresh.store.log.append([draft(ana, "not yet")]))).to.be.instanceOf(StoreUnavailable);
    expect(await fresh.store.log.state({ logId, headId: 14 })).to.include({ logId: renewed });
    expect(await post(fresh.store.log, draft(ana, "now"))).to.equal(15);
  });

  it("nodes refuse to connect to a standby, report why, and connect after its promotion", async () => {
    await append(0, 4);
    await copy.standBy();
    await takeOver();
    for (const i of [0, 1]) {
      let error: unknown;
      await eventually(async () => {
        error = await caught(logOf(i).state({ logId, headId: 9 }));
        return /standby/.test(String(error));
      }, "the refusal");
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect(await caught(append(i, 1))).to.be.instanceOf(StoreUnavailable);
    }
    await query(copy.url, "SELECT pg_promote()");
    await Promise.all(nodes.map(isBack));
    const { logId: renewed } = await logOf(0).state({ logId, headId: 9 });
    expect(renewed).to.not.equal(logId);
    expect(await logOf(1).state({ logId, headId: 9 })).to.include({ logId: renewed, headId: 5 });
  });

  it("a restart of the server that loses no message keeps the log id", async () => {
    await server.kill();
    await server.start();
    await isBack(node(1));
    // Node 0 looks at the log only after node 1 has appended.
    await append(1, 3);
    await isBack(node(0));
    expect(await logOf(0).state({ logId, headId: 5 })).to.deep.equal({ logId, headId: 8, oldestId: 1 });
    expect(await post(logOf(0), draft(ana, "next"))).to.equal(9);
    expect(fixture.reports.filter(({ message }) => /gone back/.test(message))).to.deep.equal([]);
  });

  it("a truncation of the old log does not truncate the new log", async () => {
    await append(0, 4);
    await takeOver();
    await isBack(node(1));
    await logOf(1).state({ logId, headId: 9 });
    // Node 0 has not looked at the log since the failover.
    await eventually(async () => {
      const error = await caught(logOf(0).truncate(4));
      return /another one now/.test((error as Error | undefined)?.message ?? "");
    }, "the refusal");
    expect(await logOf(1).state()).to.include({ oldestId: 1 });
  });
});
