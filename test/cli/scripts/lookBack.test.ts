import { expect } from "chai";
import { connect } from "../../../src/client/index.ts";
import type { ChatStream } from "../../support/chatStream.ts";
import { sendAll, sendTo } from "../../support/commands.ts";
import { eventually } from "../../support/eventLoop.ts";
import { useFolder } from "../../support/folder.ts";
import { Program, run } from "../../support/program.ts";
import { type Person, useServer } from "../../support/server.ts";
import { flagsOf } from "../../support/tokenFile.ts";

describe("The commands that look back", () => {
  const folder = useFolder();
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let chat: ChatStream;
  let flags: string[];

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
    chat = await server.enter(budi);
    flags = flagsOf(server, ani, folder.path);
  });

  /** Runs a command with --json. Resolves with its only event. */
  async function eventOf(...args: string[]): Promise<Record<string, unknown>> {
    const program = new Program([...args, "--json", ...flags]);
    expect(await program.exit()).to.include({ code: 0, err: "" });
    expect(program.events).to.have.length(1);
    return program.events[0] ?? {};
  }

  /** Waits until ani finds a message with these words. */
  async function findable(query: string): Promise<void> {
    const client = connect({ address: `127.0.0.1:${server.port}` });
    try {
      await eventually(async () => {
        for await (const _ of client.search(ani.token, query)) return true;
        return false;
      }, `a message with ${query}`);
    } finally {
      client.close();
    }
  }

  it("obrolan list prints a name a line, and one object with --json", async () => {
    await server.enter(ani);
    const { code, out } = await run(["list", ...flags]);
    expect(code).to.equal(0);
    const names = out.trim().split("\n");
    expect(names).to.include.members([ani.username, budi.username]);
    expect(names).to.deep.equal([...names].sort());
    const event = await eventOf("list");
    expect(event).to.include({ event: "list", total: names.length });
    expect((event.users as { username: string }[]).map(({ username }) => username)).to.deep.equal(names);
  });

  it("obrolan history prints the newest messages with their numbers, the oldest first", async () => {
    const ids: bigint[] = [];
    for (const text of ["one", "two", "three"]) ids.push((await chat.accept(sendAll(text))).id);
    const { code, out } = await run(["history", "--limit", "2", ...flags]);
    expect(code).to.equal(0);
    expect(out.replace(/ \S+Z /g, " ")).to.equal(
      `#${ids[1]} ${budi.username}: two\n#${ids[2]} ${budi.username}: three\n`,
    );
    const page = await eventOf("history", "--limit", "1", "--before", `#${ids[2]}`);
    expect(page).to.include({ event: "history", peer: "", mayHaveOlder: true });
    expect((page.messages as { text: string }[]).map(({ text }) => text)).to.deep.equal(["two"]);
  });

  it("obrolan history NAME prints the private messages with this user", async () => {
    await server.enter(ani);
    await chat.accept(sendTo(ani.username, "psst"));
    await chat.accept(sendAll("to everyone"));
    const { out } = await run(["history", budi.username.toUpperCase(), ...flags]);
    expect(out).to.match(/^#\d+ \S+ \S+ -> \S+: psst\n$/);
    const none = await run(["history", "nobody-at-all", ...flags]);
    expect(none).to.deep.equal({ code: 0, out: "", err: "no messages with nobody-at-all\n" });
  });

  it("obrolan search prints what it finds, and narrows it by sender, peer and time", async () => {
    await server.enter(ani);
    await chat.accept(sendAll("a heron for everyone"));
    const { sentAt } = await chat.accept(sendTo(ani.username, "a heron for ani"));
    const cici = await server.enter(await server.person("cici"));
    await cici.accept(sendAll("the heron of cici"));
    await findable("heron of cici");
    const { code, out } = await run(["search", "HERON", ...flags]);
    expect(code).to.equal(0);
    const texts = (lines: string) =>
      lines
        .trim()
        .split("\n")
        .map((line) => line.replace(/^.*?: /, ""));
    expect(texts(out)).to.deep.equal(["a heron for everyone", "a heron for ani", "the heron of cici"]);
    expect(texts((await run(["search", "heron", "--limit", "1", ...flags])).out)).to.deep.equal(["the heron of cici"]);
    const narrowed = await eventOf(
      "search",
      "heron",
      "--from",
      budi.username,
      "--with",
      budi.username,
      "--since",
      "1h",
    );
    expect(narrowed).to.include({ event: "search", query: "heron", mayHaveOlder: false, continued: false });
    expect((narrowed.messages as { text: string }[]).map(({ text }) => text)).to.deep.equal(["a heron for ani"]);
    const older = await eventOf("search", "ani", "heron", "--until", sentAt?.toISOString() ?? "");
    expect(older.messages).to.deep.equal([]);
  });

  it("a search that finds nothing says so and ends with 0, and one without words ends with 1", async () => {
    expect(await run(["search", "nothing-like-this", ...flags])).to.deep.equal({
      code: 0,
      out: "",
      err: "no messages were found\n",
    });
    const refused = new Program(["search", "!?", "--json", ...flags]);
    expect((await refused.exit()).code).to.equal(1);
    expect(refused.events[0]).to.include({ event: "error", reason: "QUERY_INVALID", exitCode: 1 });
  });

  it("wrong numbers and times end with 2", async () => {
    for (const args of [
      ["history", "--before", "x"],
      ["history", "--limit", "0"],
      ["search", "x", "--since", "x"],
      ["search", "x", "--until", "7"],
    ]) {
      const { code, err, out } = await run([...args, ...flags]);
      expect({ code, out }, args.join(" ")).to.deep.equal({ code: 2, out: "" });
      expect(err).to.match(/^obrolan: --(before|limit|since|until) must be [^\n]+\n$/);
    }
  });
});
