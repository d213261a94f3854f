import { expect } from "chai";
import { type ChatClient, connect } from "../../src/client/index.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { edit, join, remove, sendAll } from "../support/commands.ts";
import { expectFailed, nameOf } from "../support/expect.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { readLog } from "../support/store.ts";
import { isCaughtUp, ofKind, says, takeUntil, texts } from "../support/takeEvents.ts";
import { Terminal } from "../support/terminal.ts";
import { Connection, failure } from "../support/wire.ts";

const UNLIMITED = ["--messages-per-second", "0", "--burst", "0"];

function named(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);
}

describe("obrolan restore", function () {
  this.timeout(120_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  /** The clients of the client library, and what a test needs to end them. */
  const clients: { readonly client: ChatClient; readonly network: Network; readonly leave: AbortController }[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    for (const { client, network, leave } of clients.splice(0)) {
      leave.abort();
      client.close();
      await network.close();
    }
    await endProcesses();
  });

  const inFolder = (name: string) => `${folder.path}/${name}`;
  const data = () => inFolder("data");
  const serve = () => ServerProcess.serve(data(), UNLIMITED);

  async function open(port: number): Promise<Connection> {
    const wire = await Connection.open({ port });
    connections.push(wire);
    return wire;
  }

  async function account(port: number, name: string): Promise<string> {
    return (await (await open(port)).register(name, "a good password")).token;
  }

  async function enter(port: number, token: string, how: Parameters<typeof join>[0] = {}): Promise<ChatStream> {
    const chat = (await open(port)).chat(token);
    chat.send(join(how));
    await chat.next("caughtUp");
    return chat;
  }

  async function say(chat: ChatStream, words: readonly string[]): Promise<void> {
    const requests = words.map((text) => chat.send(sendAll(text)));
    for (const request of requests) expect((await chat.reply(request)).event?.$case).to.equal("accepted");
  }

  it("a client ahead of the restored backup gets a gap and ends with the restored log @long", async () => {
    const [early, lost, later] = [named("early", 1_000), named("lost", 50), named("later", 100)];
    const first = await serve();
    const [ani, budi] = [await account(first.port, "ani"), await account(first.port, "budi")];
    const network = await Network.start(first.port);
    const client = connect({ address: network.address });
    const leave = new AbortController();
    clients.push({ client, network, leave });
    const staying = { token: ani, signal: leave.signal, backoff: { firstMs: 1, maxMs: 20 } };
    const room = client.enter({ ...staying, resumeAfter: 0n });
    const onWire = await enter(first.port, budi, { resumeAfter: 0n });
    await say(onWire, early);
    const backup = await run(["backup", "--data", data(), inFolder("backup.db")]);
    expect(backup).to.include({ code: 0, err: "" });
    expect(backup.out).to.contain("messages 1 to 1000, and 2 accounts");
    await say(onWire, lost);
    const before = await takeUntil(room, "the last of the 50", says("lost 50"));
    expect(texts(before)).to.deep.equal([...early, ...lost]);
    const cursor = room.cursor;
    expect(cursor?.id).to.equal(1_050n);
    const had = { resumeAfter: onWire.cursor, logId: (await onWire.next("welcome")).logId };
    expect(had).to.deep.equal({ resumeAfter: 1_050n, logId: cursor?.logId });
    await first.server.kill("SIGTERM");

    const restored = await run(["restore", "--data", data(), inFolder("backup.db")]);
    expect(restored).to.include({ code: 0, err: "" });
    expect(restored.out).to.contain("The store is restored, and holds messages 1 to 1000, and 2 accounts.");

    const second = await serve();
    const talker = await enter(second.port, budi);
    await say(talker, later);
    network.pointTo(second.port);

    // The application gets all of the new log, because it must drop what it has of the old one.
    const events = await takeUntil(room, "the end of the replay", isCaughtUp);
    expect(ofKind(events, "connected").at(-1)).to.include({ again: true, logChanged: true });
    expect(ofKind(events, "gap")).to.deep.equal([{ kind: "gap", oldestId: 1n, missed: false }]);
    expect(texts(events)).to.deep.equal([...early, ...later]);
    expect(ofKind(events, "message").every(({ replayed }) => replayed)).to.equal(true);
    expect(ofKind(events, "message").map(({ id }) => id)).to.deep.equal(named("", 1_100).map((_, i) => BigInt(i + 1)));
    const { logId } = await talker.next("welcome");
    expect(logId).to.not.equal(cursor?.logId);
    expect(room.cursor).to.deep.equal({ logId, id: 1_100n });

    // A room that begins with the kept cursor and log id, as after a restart of the application, gets the same.
    const again = client.enter({ ...staying, resumeAfter: cursor?.id, logId: cursor?.logId });
    const anew = await takeUntil(again, "the end of the replay", isCaughtUp);
    expect(ofKind(anew, "connected")[0]).to.include({ again: false, logChanged: true });
    expect(texts(anew)).to.deep.equal([...early, ...later]);

    const back = await enter(second.port, budi, had);
    expect(back.kinds.slice(0, 3)).to.deep.equal(["welcome", "gap", "message"]);
    expect(back.received("gap")).to.deep.equal([{ oldestId: 1n, requestId: "" }]);
    expect(back.messages.map(({ text }) => text)).to.deep.equal([...early, ...later]);
    expect(back.received("welcome")[0]?.logId).to.equal(logId);
  });

  it("a room gets no more of a restored log than it asked for, as replayed, then live messages @long", async () => {
    const first = await serve();
    const [ani, budi] = [await account(first.port, "ani"), await account(first.port, "budi")];
    await say(await enter(first.port, budi), named("old", 500));
    const network = await Network.start(first.port);
    const client = connect({ address: network.address });
    const leave = new AbortController();
    clients.push({ client, network, leave });
    const staying = { token: ani, signal: leave.signal, backoff: { firstMs: 1, maxMs: 20 } };
    const [bot, reader] = [client.enter({ ...staying, recent: 0 }), client.enter({ ...staying, recent: 3 })];
    for (const room of [bot, reader]) await takeUntil(room, "the end of the replay", isCaughtUp);
    const terminal = new Terminal(["--server", network.address, "--recent", "2"], { columns: 120 });
    try {
      await terminal.shows("login NAME [PASSWORD]");
      terminal.enter("login budi a good password");
      await terminal.shows("old 500");
      await terminal.shows(/\d here:/);
      // The terminal's session is in the backup, and stays valid.
      await run(["backup", "--data", data(), inFolder("backup.db")]);
      await first.server.kill("SIGTERM");
      await run(["restore", "--data", data(), inFolder("backup.db")]);
      const second = await serve();
      network.pointTo(second.port);

      const [bots, readers] = await Promise.all(
        [bot, reader].map((room) => takeUntil(room, "the end of the replay", isCaughtUp)),
      );
      for (const events of [bots, readers]) {
        expect(ofKind(events ?? [], "connected").at(-1)).to.include({ again: true, logChanged: true });
        expect(ofKind(events ?? [], "gap")).to.deep.equal([]);
      }
      expect(texts(bots ?? [])).to.deep.equal([]);
      expect(texts(readers ?? [])).to.deep.equal(["old 498", "old 499", "old 500"]);
      expect(ofKind(readers ?? [], "message").map(({ replayed }) => replayed)).to.deep.equal([true, true, true]);
      await terminal.shows(/restored from a backup.*old 499.*old 500.*· back$/ms);
      expect(terminal.text).to.not.match(/messages are gone|nothing missed/);

      await say(await enter(second.port, await account(second.port, "cici")), ["new"]);
      for (const room of [bot, reader]) {
        const events = await takeUntil(room, "the new message", says("new"));
        expect(ofKind(events, "message").map(({ text, replayed }) => [text, replayed])).to.deep.equal([["new", false]]);
      }
      await terminal.shows("cici  new");
    } finally {
      await terminal.close();
    }
  });

  it("a restore keeps the previous store complete, and that can be restored too", async () => {
    const { server, port } = await serve();
    const chat = await enter(port, await account(port, "ana"));
    await say(chat, ["1", "2"]);
    await run(["backup", "--data", data(), inFolder("backup.db")]);
    await say(chat, ["3"]);
    // After this kill the newest messages are in the WAL.
    await server.kill("SIGKILL");
    const { out } = await run(["restore", "--data", data(), inFolder("backup.db")]);
    expect((await readLog(data())).messages.map(({ text }) => text)).to.deep.equal(["1", "2"]);
    const [, kept = ""] = /^The store that was there is kept: (.+)$/m.exec(out) ?? [];
    expect((await run(["restore", "--data", data(), kept])).code).to.equal(0);
    expect((await readLog(data())).messages.map(({ text }) => text)).to.deep.equal(["1", "2", "3"]);
  });

  it("a restored log knows no id, no command and no read marker of after the backup", async () => {
    const first = await serve();
    const token = await account(first.port, "ana");
    const chat = await enter(first.port, token, { resumeAfter: 0n });
    const { logId } = await chat.next("welcome");
    await say(chat, ["1", "2"]);
    await run(["backup", "--data", data(), inFolder("backup.db")]);
    await chat.accept(edit(1n, "one"), "an edit");
    await chat.accept(remove(2n), "a deletion");
    await say(chat, ["5", "6"]);
    expect((await (await open(first.port)).markRead(token, { upToId: 6n, logId })).readUpTo).to.equal(6n);
    await first.server.kill("SIGTERM");
    await run(["restore", "--data", data(), inFolder("backup.db")]);

    const { port } = await serve();
    const again = await enter(port, token, { resumeAfter: 6n, logId });
    expect(again.messages.map(({ text }) => text)).to.deep.equal(["1", "2"]);
    const { logId: restored, readUpTo } = await again.next("welcome");
    expect(restored).to.not.equal(logId);
    expect(readUpTo <= 2n, `the read marker ${readUpTo}`).to.equal(true);
    for (const command of [edit(1n, "one", logId), remove(2n, logId)]) {
      expect(nameOf((await again.refuse(command)).reason)).to.equal("MESSAGE_UNKNOWN");
    }
    const wire = await open(port);
    expect((await wire.markRead(token, { upToId: 2n, logId })).readUpTo).to.equal(readUpTo);
    expect((await wire.markRead(token, { upToId: 2n, logId: restored })).readUpTo).to.equal(2n);
    // The restored log does not know the commands of after the backup.
    expect(await again.accept(edit(1n, "one", restored), "an edit")).to.include({ id: 3n, duplicate: false });
    expect(await again.accept(remove(2n, restored), "a deletion")).to.include({ id: 4n, duplicate: false });
  });

  it("a restore keeps the sessions that are in the backup and have not ended since, and no others @long", async () => {
    const { server, port } = await serve();
    const [stays, leaves] = [await account(port, "stays"), await account(port, "leaves")];
    await run(["backup", "--data", data(), inFolder("backup.db")]);
    await (await open(port)).logout(leaves);
    const tooLate = await account(port, "too-late");
    await server.kill("SIGTERM");
    const { out } = await run(["restore", "--data", data(), inFolder("backup.db")]);
    expect(out).to.contain("Sessions that go on: 1;");

    const second = await serve();
    const wire = await open(second.port);
    expect((await wire.list(stays)).totalSize).to.equal(0);
    for (const token of [leaves, tooLate]) {
      expectFailed(await failure(wire.list(token)), "UNAUTHENTICATED", "SESSION_INVALID");
    }
    await wire.login("leaves", "a good password");
    await second.server.kill("SIGTERM");

    // In a new folder the restore cannot know which sessions have ended since the backup.
    const elsewhere = await run(["restore", "--data", inFolder("elsewhere"), inFolder("backup.db")]);
    expect(elsewhere.out).to.contain("Sessions that go on: 0;").and.not.contain("The store that was there");
    const third = await ServerProcess.serve(inFolder("elsewhere"));
    const other = await open(third.port);
    expectFailed(await failure(other.list(stays)), "UNAUTHENTICATED", "SESSION_INVALID");
    await other.login("stays", "a good password");
  });

  it("a restore is refused while a server runs on the folder, and the server goes on unchanged", async () => {
    const { port } = await serve();
    const chat = await enter(port, await account(port, "ana"));
    await say(chat, ["1"]);
    await run(["backup", "--data", data(), inFolder("backup.db")]);
    const { code, out, err } = await run(["restore", "--data", data(), inFolder("backup.db")]);
    expect({ code, out }).to.deep.equal({ code: 1, out: "" });
    expect(err).to.match(/data is in use by another server: stop that one/);
    expect((await chat.accept(sendAll("2"))).id).to.equal(2n);
  });
});
