import { expect } from "chai";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { sendAll } from "../support/commands.ts";
import { eventually } from "../support/eventLoop.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { searchAll, searchUnlessBuilding, textsOf } from "../support/search.ts";
import { draft, enlist, range } from "../support/storeFixture.ts";
import { Connection } from "../support/wire.ts";

const OPTIONS = ["--messages-per-second", "0", "--burst", "0"];

describe("The search index of a server's process", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  async function connect(port: number): Promise<Connection> {
    const wire = await Connection.open({ port });
    connections.push(wire);
    return wire;
  }

  it("the index of a store that has none is built: until then a search is refused, and never incomplete", async () => {
    const needles = range(1, 150).map((i) => `needle ${i}`);
    const store = await openSqliteStore({ folder: folder.path });
    const ana = await enlist(store, "ana");
    for (const needle of needles) {
      await store.log.append([draft(ana, needle), ...range(1, 60).map((i) => draft(ana, `hay ${i}`))]);
    }
    await store.close();

    const { port } = await ServerProcess.serve(folder.path, OPTIONS);
    const wire = await connect(port);
    const { token } = await wire.register("eve", "a good password");
    const expected = needles.toReversed();
    await eventually(async () => {
      const messages = await searchUnlessBuilding(wire, token, { query: "needle", pageSize: 100 });
      if (messages !== undefined) expect(textsOf(messages)).to.deep.equal(expected.slice(0, 100));
      return messages !== undefined;
    }, "the index");
    expect(textsOf(await searchAll(wire, token, { query: "needle", pageSize: 100 }))).to.deep.equal(expected);
  });

  it("after a kill -9 every accepted message is found", async () => {
    const { server, port } = await ServerProcess.serve(folder.path, OPTIONS);
    const wire = await connect(port);
    const { token } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    const texts = range(1, 500).map((i) => `word ${i}`);
    for (const text of texts) chat.send(sendAll(text), text);
    await chat.reply("word 300");
    // Some messages are indexed, others wait.
    await server.kill("SIGKILL");
    await chat.end();
    const accepted = chat.received("accepted").map(({ requestId }) => requestId);
    expect(accepted.length).to.be.at.least(300);

    const again = await ServerProcess.serve(folder.path, OPTIONS);
    const next = await connect(again.port);
    const replay = next.chat(token);
    replay.send({ $case: "join", value: { resumeAfter: 0n, logId: "", recent: 0 } });
    await replay.next("caughtUp");
    const kept = textsOf(replay.messages);
    expect(kept).to.include.members(accepted);
    await eventually(async () => {
      const [newest] = (await searchUnlessBuilding(next, token, { query: "word", pageSize: 1 })) ?? [];
      return newest?.text === kept.at(-1);
    }, "the newest message");
    expect(textsOf(await searchAll(next, token, { query: "word", pageSize: 100 }))).to.deep.equal(kept.toReversed());
  });
});
