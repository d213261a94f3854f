import { expect } from "chai";
import type { Command } from "../../src/server/chat/commandHandler.ts";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { enter, join, type NodeSetUp, openNode, toAll } from "../support/chatNode.ts";
import { Gate, withPort } from "../support/engines.ts";
import { turns, until } from "../support/eventLoop.ts";
import type { TestSink } from "../support/sink.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { manualStopwatch } from "../support/stopwatch.ts";
import { deletion, draft, edit, enlist, headOf, type Person, post, range, useStore } from "../support/storeFixture.ts";

const editOf = (messageId: number, text: string): Command => ({ kind: "edit", messageId, text, logId: "" });
const deletionOf = (messageId: number): Command => ({ kind: "delete", messageId, logId: "" });
const typed = (line: string): Command => ({ kind: "typed", line });

describe("Edits and deletions on a node", () => {
  const store = useStore(sqliteFixture);
  const nodes: ChatNode[] = [];
  let ana: Person;
  let bob: Person;
  let eve: Person;
  let base: number;
  beforeEach(async () => {
    [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
    base = await headOf(store.log);
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.close();
  });

  async function open(setUp?: NodeSetUp) {
    const opened = await openNode(store, setUp);
    nodes.push(opened.node);
    return opened.node;
  }

  /** The messages, edits and deletions that a stream received, as texts with ids relative to `base`. */
  const seenBy = (sink: TestSink) =>
    sink.events.flatMap((event) => {
      const at = (id: bigint) => Number(id) - base;
      if (event.$case === "message") return [`${at(event.value.id)} ${event.value.text}`];
      if (event.$case === "edited")
        return [`${at(event.value.id)} edits ${at(event.value.messageId)} ${event.value.text}`];
      return event.$case === "deleted" ? [`${at(event.value.id)} deletes ${at(event.value.messageId)}`] : [];
    });
  const repliesTo = (sink: TestSink) =>
    sink.responses.flatMap(({ events }) => events.flatMap(({ requestId, event }) => (requestId ? [event?.$case] : [])));

  it("everyone receives the edit and the deletion of a public message at once", async () => {
    const node = await open();
    const sinks = [await join(node, ana), await join(node, bob)];
    const [own] = sinks as [TestSink, TestSink];
    await own.stream.receive("1", toAll("helo"));
    await until(() => sinks.every((sink) => seenBy(sink).length === 1), "the message");
    await own.stream.receive("2", editOf(base + 1, "hello"));
    await until(() => sinks.every((sink) => seenBy(sink).length === 2), "the edit");
    await own.stream.receive("3", deletionOf(base + 1));
    await until(() => sinks.every((sink) => seenBy(sink).length === 3), "the deletion");
    for (const sink of sinks) expect(seenBy(sink)).to.deep.equal(["1 helo", "2 edits 1 hello", "3 deletes 1"]);
    await until(() => repliesTo(own).length === 3, "the replies");
    expect(repliesTo(own)).to.deep.equal(["accepted", "accepted", "accepted"]);
    expect(sinks[1]?.events.at(-1)?.value).to.include({ by: ana.username });
  });

  it("the two users of a private message receive its edit and its deletion, and no others", async () => {
    const node = await open({ timings: { presenceWindowMs: 10 * 60 * 1_000 } });
    const id = await post(store.log, draft(ana, "psst", { to: bob }));
    const [anas, bobs, eves] = [await join(node, ana), await join(node, bob), await join(node, eve)];
    const before = eves.responses.length;
    await anas.stream.receive("", editOf(id, "pssst"));
    await anas.stream.receive("", deletionOf(id));
    await until(() => seenBy(bobs).some((seen) => seen.includes("deletes")), "the deletion");
    await until(() => seenBy(anas).some((seen) => seen.includes("deletes")), "the deletion");
    await turns(5);
    expect(seenBy(eves)).to.deep.equal([]);
    expect(eves.responses.length, "responses").to.equal(before);
  });

  it("a stream that resumes receives the messages as they are now, and each change after its cursor", async () => {
    await store.log.append([draft(bob, "1"), draft(bob, "2"), draft(bob, "3")]);
    await store.log.append([edit(bob, base + 1, "one"), edit(bob, base + 1, "uno"), deletion(bob, base + 2)]);
    for (const node of [await open(), await open({ sizes: { timelineBytes: 1, pageMessages: 2 } })]) {
      const all = await join(node, ana, { resumeAfter: base });
      expect(seenBy(all)).to.deep.equal(["1 uno", "3 3", "5 edits 1 uno", "6 deletes 2"]);
      const later = await join(node, ana, { resumeAfter: base + 3 });
      expect(seenBy(later)).to.deep.equal(["5 edits 1 uno", "6 deletes 2"]);
      const last = await join(node, ana, { resumeAfter: base + 5 });
      expect(seenBy(last)).to.deep.equal(["6 deletes 2"]);
    }
  });

  it("a stream that joins without a cursor receives messages alone, and the changes after its join", async () => {
    await store.log.append([draft(bob, "1"), draft(bob, "2"), edit(bob, base + 1, "one"), deletion(bob, base + 2)]);
    const node = await open();
    const [recent, live] = [await join(node, ana, { recent: 1 }), await join(node, ana)];
    expect([seenBy(recent), seenBy(live)]).to.deep.equal([["1 one"], []]);
    const bobs = await join(node, bob);
    await bobs.stream.receive("", editOf(base + 1, "uno"));
    await until(() => seenBy(recent).length === 2 && seenBy(live).length === 1, "the edit");
    expect(seenBy(live)).to.deep.equal(["5 edits 1 uno"]);
  });

  it("an edit and a deletion join their stream, and so does a typed one that is answered with help", async () => {
    const id = await post(store.log, draft(ana, "hello"));
    const node = await open();
    for (const command of [editOf(id, "hello!"), deletionOf(id), typed("delete"), typed(`edit ${id}`)]) {
      const sink = await enter(node, ana);
      await sink.stream.receive("r", command);
      await sink.has("caughtUp");
      await until(() => repliesTo(sink).length === 1, "the reply");
      expect(sink.kinds[0]).to.equal("welcome");
    }
  });

  it("typed commands do what they stand for, and wrong ones are answered with help", async () => {
    const node = await open();
    const sink = await join(node, ana);
    const lines = [
      `tell ${bob.username} are you there?`,
      `reply ${base + 1} hello?`,
      `edit ${base + 1} are you here?`,
      `delete ${base + 2}`,
      `delete ${base + 2}`,
      `delete ${base + 1} please`,
      "edit one hello",
    ];
    for (const [i, line] of lines.entries()) {
      await sink.stream.receive(`${i}`, typed(line));
      await until(() => repliesTo(sink).length === i + 1, `the reply to ${line}`);
    }
    expect(repliesTo(sink)).to.deep.equal(["accepted", "accepted", "accepted", "accepted", "rejected", "help", "help"]);
    const help = sink.events.findLast(({ $case }) => $case === "help");
    expect(help?.value).to.include({ unknownCommand: "" });
    const { messages } = await node.history(
      { id: 0, accountId: bob.accountId, username: bob.username, expiresAt: 0, lastUsedAt: 0 },
      { beforeId: 0, peer: ana.username, pageSize: 0 },
    );
    expect(messages.map(({ text }) => text)).to.deep.equal(["are you here?"]);
  });

  it("a half-closed stream ends after the echo of its edit, though a later edit has superseded it", async () => {
    const id = await post(store.log, draft(ana, "hello"));
    const appends = new Gate();
    const node = await open({
      through: (engines) => ({
        ...withPort(engines, "log", {
          append: async (batch, logId) => {
            const results = await engines.log.append(batch, logId);
            await appends.pass();
            return results;
          },
        }),
        bus: { follow: () => {}, publish: () => {}, subscribe: () => () => {} },
      }),
    });
    const sink = await join(node, ana);
    appends.shut();
    await sink.stream.receive("r", editOf(id, "first"));
    await appends.entered();
    await post(store.log, edit(ana, id, "second"));
    sink.stream.halfClose();
    appends.open();
    await until(() => sink.ended === "ended", "the stream to end");
    expect(sink.goodbye).to.equal(undefined);
    expect(repliesTo(sink)).to.deep.equal(["accepted"]);
    expect(seenBy(sink)).to.not.include("2 edits 1 first");
  });

  it("edits and deletions on one node are charged to the rate of their sender on all nodes", async () => {
    const id = await post(store.log, draft(ana, "hello"));
    const bus = new LocalBus();
    const setUp: NodeSetUp = {
      limits: { messagesPerSecond: 1, burst: 2 },
      // It stands still, so that no token comes back.
      stopwatch: manualStopwatch(),
      through: (engines) => ({ ...engines, bus }),
    };
    const [one, two] = [await open(setUp), await open(setUp)];
    const [first, second] = [await join(one, ana), await join(two, ana)];
    await first.stream.receive("1", editOf(id, "hello!"));
    await first.stream.receive("2", deletionOf(id));
    // Of the edit the stream may see nothing, because the deletion may be in the same commit. It is charged all the same.
    await until(() => seenBy(second).includes("3 deletes 1"), "the deletion on the other node");
    await second.stream.receive("3", toAll("too many"));
    await second.has("rejected");
    expect(repliesTo(second)).to.deep.equal(["rejected"]);
  });

  it("what was accepted is counted, and the changes among it by command", async () => {
    const node = await open();
    const sink = await join(node, ana);
    await sink.stream.receive("1", toAll("hello"));
    await until(() => repliesTo(sink).length === 1, "the reply");
    const id = base + 1;
    const commands: Command[] = [
      editOf(id, "x"),
      typed(`edit ${id} y`),
      deletionOf(id),
      deletionOf(id),
      editOf(0, "x"),
    ];
    for (const [i, command] of commands.entries()) await sink.stream.receive(`c${i}`, command);
    await sink.stream.receive("c0", commands[0] as Command);
    await until(() => repliesTo(sink).length === 7, "all replies");
    const { accepted, changes, duplicates, rejected } = node.counters;
    expect({ accepted, duplicates }).to.deep.equal({ accepted: 4, duplicates: 1 });
    expect(Object.fromEntries(changes.entries())).to.deep.equal({ edit: 2, delete: 1 });
    expect(Object.fromEntries(rejected.entries())).to.include({ MESSAGE_UNKNOWN: 2 });
  });

  it("readers that are far behind receive each message with its newest text, and no deleted one", async () => {
    await store.log.append(range(1, 50).map((i) => draft(bob, `${i}`)));
    await store.log.append(range(1, 10).map((i) => edit(bob, base + i, `${i} edited`)));
    await store.log.append(range(11, 20).map((i) => deletion(bob, base + i)));
    const node = await open({ sizes: { timelineBytes: 1, pageMessages: 7 } });
    const sink = await join(node, ana, { resumeAfter: base });
    expect(sink.texts).to.deep.equal([...range(1, 10).map((i) => `${i} edited`), ...range(21, 50).map((i) => `${i}`)]);
    expect(seenBy(sink)).to.have.length(40 + 10 + 10);
  });
});
