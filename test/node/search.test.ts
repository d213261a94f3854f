import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import type { SearchIndex } from "../../src/server/search/ports/searchIndex.ts";
import { join, type NodeSetUp, openNode, sessionOf, toAll } from "../support/chatNode.ts";
import { Gate, gatedResults, override, withPort } from "../support/engines.ts";
import { eventually, isSettled, turns, until } from "../support/eventLoop.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, type Person, post, range, useStore } from "../support/storeFixture.ts";

const ask = { query: "word", sender: "", peer: "", since: undefined, until: undefined, pageSize: 100, pageToken: "" };

describe("The search index of a node", () => {
  const store = useStore(sqliteFixture);
  const nodes: ChatNode[] = [];
  let ana: Person;
  let base: number;
  beforeEach(async () => {
    ana = await enlist(store, "ana");
    base = await headOf(store.log);
    await store.log.truncate(base + 1);
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.close();
  });

  async function open(setUp?: NodeSetUp) {
    const opened = await openNode(store, setUp);
    nodes.push(opened.node);
    return opened;
  }
  /** Opens a node on an index with some methods replaced. */
  const openOn = (search: Partial<SearchIndex>) => open({ through: (engines) => withPort(engines, "search", search) });
  /** The texts that a search finds; none while the index is being built. */
  const found = async (node: ChatNode) => {
    const page = await node.search(sessionOf(ana), ask).catch((error) => {
      expect(error.reason).to.equal("INDEX_BUILDING");
      return { messages: [] };
    });
    return page.messages.map(({ text }) => text);
  };

  it("a node indexes the messages that it finds at its start", async () => {
    await store.log.append(range(1, 3).map((i) => draft(ana, `word ${i}`)));
    const { node } = await open();
    await eventually(async () => (await found(node)).length === 3, "the messages");
    await until(() => node.stats().indexBehindMs === 0, "the end of the log");
  });

  it("a message that is accepted is found, and so is one that another server of the store has appended", async () => {
    const { node } = await open();
    const sink = await join(node, ana);
    await sink.stream.receive("1", toAll("word 1"));
    await eventually(async () => (await found(node)).length === 1, "the first message");
    await post(store.log, draft(ana, "word 2"));
    await eventually(async () => (await found(node)).length === 2, "the second message");
  });

  it("a step that fails is reported once, shown as being behind, and repeated", async () => {
    let failures = 2;
    const { node, reported } = await openOn({
      advance: async () => {
        if (failures === 0) return store.search.advance();
        failures -= 1;
        throw new StoreUnavailable("the disk is full");
      },
    });
    await until(() => node.stats().indexBehindMs > 0, "the first step");
    await post(store.log, draft(ana, "word"));
    await eventually(async () => (await found(node)).length === 1, "the message");
    await until(() => node.stats().indexBehindMs === 0, "the end of the log");
    expect(reported.map(String)).to.deep.equal(["StoreUnavailable: the disk is full"]);
  });

  it("a close waits for the step in flight, and no step follows", async () => {
    const gate = new Gate();
    let steps = 0;
    const counted = override<SearchIndex>(store.search, {
      advance: async () => {
        steps += 1;
        return store.search.advance();
      },
    });
    gate.shut();
    const { node } = await openNode(store, {
      through: (engines) => ({ ...engines, search: gatedResults(counted, gate, "advance") }),
    });
    await gate.entered();
    const closed = node.close();
    expect(await isSettled(closed)).to.equal(false);
    gate.open();
    await closed;
    await turns(10);
    expect(steps).to.equal(1);
  });

  it("Search, History and MarkRead share the four calls that an account may have under way", async () => {
    const gate = new Gate();
    gate.shut();
    const { node } = await openOn({
      search: async (query) => {
        await gate.pass();
        return store.search.search(query);
      },
    });
    const bob = await enlist(store, "bob");
    await eventually(async () => (await store.search.advance()) === false, "the index");
    const running = range(1, 4).map(() => found(node));
    await gate.entered();
    const others = [
      () => node.search(sessionOf(ana), ask),
      () => node.history(sessionOf(ana), { beforeId: 0, peer: "", pageSize: 0 }),
      () => node.markRead(sessionOf(ana), 0, ""),
    ];
    for (const other of others) {
      const refused = await other().catch((error) => error);
      expect(refused).to.include({ reason: "OVERLOADED" });
      expect(refused.message).to.include("Search");
    }
    await node.history(sessionOf(bob), { beforeId: 0, peer: "", pageSize: 0 });
    expect(node.kept().callers).to.equal(1);
    gate.open();
    expect(await Promise.all(running)).to.deep.equal([[], [], [], []]);
    expect(node.kept().callers).to.equal(0);
  });
});
