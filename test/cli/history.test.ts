import { expect } from "chai";
import { sendAll, sendTo } from "../support/commands.ts";
import { run } from "../support/program.ts";
import { type Person, useServer } from "../support/server.ts";

interface JsonLine {
  readonly event: string;
  readonly id?: number;
  readonly messageId?: number;
  readonly text?: string;
  readonly replyTo?: number;
  readonly recipient?: string;
  readonly commands?: readonly { readonly name: string }[];
  readonly unknownCommand?: string;
  readonly messages?: readonly { readonly id: number; readonly text: string }[];
}

function parse(out: string): JsonLine[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonLine);
}

describe("The history and the changes of messages in a script", () => {
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let login: string;
  let at: string[];

  beforeEach(async () => {
    ani = await server.person("ani");
    budi = await server.person("budi");
    login = `login ${ani.username} ${ani.password}`;
    at = ["--server", `127.0.0.1:${server.port}`, "--recent", "0"];
  });

  it("history goes back page by page, and a script can continue with what it shows", async () => {
    const chat = await server.enter(budi);
    const ids: number[] = [];
    for (let i = 0; i < 25; i += 1) ids.push(Number((await chat.accept(sendAll(`line ${i}`))).id));
    const { code, out } = await run([...at, "--json"], [login, "history", "history"]);
    expect(code).to.equal(0);
    const [newest, older] = parse(out).filter(({ event }) => event === "history");
    expect(newest?.messages?.map(({ id }) => id)).to.deep.equal(ids.slice(5));
    expect(older?.messages?.slice(-5).map(({ text }) => text)).to.deep.equal([0, 1, 2, 3, 4].map((i) => `line ${i}`));
  });

  it("history NAME shows the conversation with this user alone", async () => {
    const chat = await server.enter(budi);
    await server.enter(ani);
    await chat.accept(sendAll("to everyone"));
    await chat.accept(sendTo(ani.username, "to ani"));
    const { code, out } = await run(at, [login, `history ${budi.username.toUpperCase()}`]);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^#\d+ \S+ \S+ -> \S+: to ani$/m)
      .and.not.to.contain("to everyone");
  });

  it("history with an unknown name says that there are no messages, and ends with 0", async () => {
    const { code, err } = await run(at, [login, "history nobody-at-all"]);
    expect(code).to.equal(0);
    expect(err).to.contain("no messages with nobody-at-all");
  });

  it("a script edits, replies and deletes by id, and everyone is told", async () => {
    const chat = await server.enter(ani);
    const { id } = await chat.accept(sendAll("helo"));
    const lines = [login, `edit ${id} hello`, `reply #${id} hello yourself`, `delete ${id}`];
    const { code, out } = await run([...at, "--json"], lines);
    expect(code).to.equal(0);
    const events = parse(out);
    const about = events.filter(({ messageId }) => messageId === Number(id)).map(({ event }) => event);
    expect(about).to.deep.equal(["edited", "deleted"]);
    expect(events.find(({ event }) => event === "message")).to.include({ text: "hello yourself", replyTo: Number(id) });
  });

  it("the plain output of an edit and a deletion has the id of the message", async () => {
    const chat = await server.enter(ani);
    const { id } = await chat.accept(sendAll("helo"));
    const { code, out } = await run(at, [login, `edit ${id} hello`, `delete ${id}`]);
    expect(code).to.equal(0);
    expect(out).to.match(new RegExp(`\\* #${id} is now: hello$`, "m"));
    expect(out).to.match(new RegExp(`\\* #${id} was deleted by ${ani.username}$`, "m"));
  });

  it("tell reaches a user who is offline, whom sendto refuses", async () => {
    const lines = [`sendto ${budi.username} hello`, `tell ${budi.username} hello again`];
    const { code, err, out } = await run(at, [login, ...lines]);
    expect(code).to.equal(1);
    expect(err).to.contain("RECIPIENT_OFFLINE");
    expect(out).to.contain(`${ani.username} -> ${budi.username}: hello again`);
  });

  it("an id that cannot be edited is refused with the id and what to do", async () => {
    const chat = await server.enter(budi);
    const { id } = await chat.accept(sendAll("not ani's"));
    const { code, err } = await run(at, [login, `edit ${id} mine now`, "delete 999999999", `edit 0 x`]);
    expect(code).to.equal(1);
    expect(err).to.match(/refused: .*\(NOT_THE_SENDER\)/);
    expect(err.match(/refused: .*\(MESSAGE_UNKNOWN\)/g)).to.have.length(2);
    expect(err).to.contain("999999999");
  });

  it("a command that lacks its id or text is answered with the commands, and ends with 2", async () => {
    const lines = ["reply", "reply x hello", "edit 7", "delete", "delete 7 now", "edit -1 text"];
    const { code, out } = await run([...at, "--json"], [login, ...lines]);
    expect(code).to.equal(2);
    const helps = parse(out).filter(({ event }) => event === "help");
    expect(helps.map(({ unknownCommand }) => unknownCommand)).to.deep.equal(lines.map(() => ""));
    const listed = helps[0]?.commands?.map(({ name }) => name);
    expect(listed).to.include.members(["tell", "reply", "edit", "delete", "history"]);
  });
});
