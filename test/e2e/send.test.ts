import { expect } from "chai";
import { ChatRequest } from "../../src/gen/obrolan/v1/chat.ts";
import { describeBothWays } from "../support/bothWays.ts";
import { help, join, sendAll, sendTo } from "../support/commands.ts";
import { Gate, withPort } from "../support/engines.ts";
import { frame } from "../support/frames.ts";
import { useFreshServer, useServer } from "../support/server.ts";

describeBothWays("SendAll", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a SendAll reaches every user who has joined, the sender too, as the same message", async () => {
    const people = await server.people("ana", "bob", "cid");
    const chats = [];
    for (const person of people) chats.push(await server.enter(person));
    const [anas] = chats;
    const before = Date.now();
    const accepted = await anas?.accept(sendAll("hello, all"), "hello");
    expect(accepted).to.deep.include({ requestId: "hello", duplicate: false });
    expect(Number(accepted?.sentAt)).to.be.within(before, Date.now());
    for (const chat of chats) {
      expect(await chat.next("message")).to.deep.equal({
        id: accepted?.id,
        sender: people[0].username,
        recipient: "",
        text: "hello, all",
        sentAt: accepted?.sentAt,
        editedAt: undefined,
        replyTo: 0n,
        requestId: "",
      });
    }
  });

  it("a SendAll is accepted once and comes back once, with the same id", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("once"));
    const last = await chat.accept(sendAll("last"));
    await chat.next("message", (message) => message.id === last.id);
    expect(chat.received("accepted").map((accepted) => accepted.id)).to.deep.equal([id, last.id]);
    expect(chat.messages.map((message) => message.id)).to.deep.equal([id, last.id]);
  });

  const texts = {
    "one byte": "x",
    "white space alone": "   \t ",
    "a line end": "\n",
    "white space around it": "  both sides  ",
    "control characters": "\u0001\u001b[31m\u0007\u007f\u0085",
    "a byte order mark": "\ufeffmarked",
    "four-byte characters": "🦜🏝️👩‍👩‍👧‍👦",
    "characters that are not normalized": "e\u0301 is not \u00e9",
    "text from right to left": "שלום \u202e مرحبا",
    noncharacters: "\ufffe\uffff\u{10ffff}",
    "4,096 bytes": "x".repeat(4096),
    "4,096 bytes of two-byte characters": "ñ".repeat(2048),
  };
  for (const [what, text] of Object.entries(texts)) {
    it(`a text of ${what} is stored and delivered exactly as it was sent`, async () => {
      const ana = await server.person("ana");
      const chat = await server.enter(ana);
      const { id } = await chat.accept(sendAll(text));
      expect((await chat.next("message")).text).to.equal(text);
      const replayed = await server.enter(ana, { resumeAfter: id - 1n });
      expect(replayed.messages[0]?.text).to.equal(text);
    });
  }

  it("a SendAll reaches all streams of a user", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const bobs = [await server.enter(bob), await server.enter(bob), await server.enter(await server.login(bob))];
    const { id } = await (await server.enter(ana)).accept(sendAll("to all of bob"));
    for (const chat of bobs) expect((await chat.next("message")).id).to.equal(id);
  });

  it("messages of many senders have one order for all, with growing ids and times that never fall", async () => {
    const people = await server.people("p", "q", "r", "s", "t");
    const chats = await Promise.all(people.map((person) => server.enter(person)));
    const first = chats[0]?.cursor ?? 0n;
    for (const chat of chats) {
      for (let i = 0; i < 100; i++) chat.send(sendAll(`${i}`));
    }
    const streams = await Promise.all(
      chats.map(async (chat) => {
        await chat.next("message", (message) => message.id === first + 500n);
        return chat.messages;
      }),
    );
    const [one = []] = streams;
    for (const other of streams) expect(other).to.deep.equal(one);
    expect(one.map((message) => message.id)).to.deep.equal(
      Array.from({ length: 500 }, (_, i) => first + 1n + BigInt(i)),
    );
    for (const [i, message] of one.entries()) {
      expect(Number(message.sentAt)).to.be.at.least(Number(one[i - 1]?.sentAt ?? 0));
    }
    for (const { username } of people) {
      const own = one.filter((message) => message.sender === username).map((message) => message.text);
      expect(own).to.deep.equal(Array.from({ length: 100 }, (_, i) => `${i}`));
    }
  });
});

describeBothWays("A burst by one user", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a burst by one user does not delay another: the other's messages go in between", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    const total = 500_000;
    const one = frame(ChatRequest.encode({ requestId: "", command: sendAll("again and again") }).finish());
    anas.http.write(Buffer.alloc(total * one.length, one));
    await anas.next("accepted");
    const ids: bigint[] = [];
    for (let i = 0; i < 6; i++) {
      const { id } = await bobs.accept(sendAll("may I?"));
      await bobs.next("message", (message) => message.id === id);
      ids.push(id);
    }
    // If bob had to wait for the burst, all his messages would be late. A short pause of the store makes only one late.
    const between = ids.slice(1).map((id, i) => Number(id - (ids[i] ?? 0n)));
    expect(Math.min(...between), `messages of ana between two of bob: ${between}`).to.be.below(10_000);
    expect(Number(ids.at(-1)), "the burst was still in progress").to.be.below(total);
  });
});

describe("A clock that goes backwards", function () {
  this.timeout(60_000);
  const ahead = { by: 0 };
  const server = useServer({ clock: () => Date.now() + ahead.by });

  it("a clock that goes backwards makes the time of no message fall, not even after a restart", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const times: number[] = [];
    for (const by of [0, -60_000, -3_600_000]) {
      ahead.by = by;
      times.push(Number((await chat.accept(sendAll("when?"))).sentAt));
    }
    await server.restart();
    const again = await server.enter(ana, { resumeAfter: 0n });
    times.push(Number((await again.accept(sendAll("when?"))).sentAt));
    expect(times).to.deep.equal(Array(4).fill(times[0]));
    await again.next("message", (message) => message.id === 4n);
    expect(again.messages.map((message) => Number(message.sentAt))).to.deep.equal(times);
  });
});

describe("The first message of a log", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  it("the first message of a log has the id 1, and the ids grow by 1", async () => {
    const chat = await server.enter(await server.person("ana"));
    for (const id of [1n, 2n, 3n]) expect((await chat.accept(sendAll("next"))).id).to.equal(id);
  });
});

describeBothWays("Commands of one stream", function () {
  this.timeout(60_000);
  const gate = new Gate();
  const batches: string[][] = [];
  const server = useFreshServer({
    wrap: (engines) =>
      withPort(engines, "log", {
        append: async (batch) => {
          batches.push(batch.map((draft) => (draft.kind === "deleted" ? "" : draft.text)));
          await gate.pass();
          return engines.log.append(batch);
        },
      }),
  });
  beforeEach(() => batches.splice(0));
  afterEach(() => gate.open());

  it("commands of one stream are answered in order, also refused ones and help", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const commands = [
      sendAll("1"),
      help,
      sendAll(""),
      sendTo("nobody", "x"),
      sendTo(ana.username, "2"),
      undefined,
      join(),
      sendAll("3"),
      help,
    ];
    const expected: string[] = [];
    for (let round = 0; round < 20; round++) {
      for (const command of commands) expected.push(chat.send(command));
    }
    await chat.reply(expected.at(-1) ?? "");
    const answered = chat.events.map((event) => event.requestId).filter((id) => id !== "" && id !== "join");
    expect(answered).to.deep.equal(expected);
  });

  it("commands keep their order although an earlier one waits for the disk", async () => {
    const chat = await server.enter(await server.person("ana"));
    gate.shut();
    const ids = [chat.send(sendAll("waits")), chat.send(sendAll("")), chat.send(help)];
    await gate.entered();
    expect(chat.kinds).to.deep.equal(["welcome", "caughtUp"]);
    gate.open();
    await chat.reply(ids[2] ?? "");
    const answered = chat.events.map((event) => event.requestId).filter((id) => ids.includes(id));
    expect(answered).to.deep.equal(ids);
  });

  it("commands do not wait for the first to be on disk: those that arrive meanwhile share a commit", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const chat = wire.chat(ana.token);
    chat.send(join());
    await chat.next("caughtUp");
    gate.shut();
    chat.send(sendAll("1"));
    await gate.entered();
    for (let i = 2; i <= 6; i++) chat.send(sendAll(String(i)));
    // Calls on the same connection, sent after the commands: when they are answered, the server has read the commands.
    for (let i = 0; i < 10; i++) await wire.list(ana.token);
    gate.open();
    await chat.next("message", (message) => message.text === "6");
    expect(batches.flat()).to.deep.equal(["1", "2", "3", "4", "5", "6"]);
    expect(batches.length, JSON.stringify(batches)).to.be.below(6);
  });

  it("commands are neither accepted nor delivered before they are on disk", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    gate.shut();
    anas.send(sendAll("not durable yet"));
    await gate.entered();
    const cid = await server.enter(await server.person("cid"), { resumeAfter: 0n });
    await bobs.ask(help);
    for (const chat of [anas, bobs, cid]) {
      expect(chat.kinds).to.not.include("message");
      expect(chat.kinds).to.not.include("accepted");
    }
    gate.open();
    await anas.next("accepted");
    for (const chat of [anas, bobs, cid]) expect((await chat.next("message")).text).to.equal("not durable yet");
  });

  it("commands do not hold up other users during their commit: join, replay, List and help go on", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const { id } = await anas.accept(sendAll("before"));
    gate.shut();
    anas.send(sendAll("waits"));
    await gate.entered();
    const bobs = await server.enter(bob, { resumeAfter: 0n });
    expect(bobs.messages.map((message) => message.id)).to.deep.equal([id]);
    await bobs.ask(help);
    expect(await server.online(bob)).to.include(bob.username);
    gate.open();
    expect((await bobs.next("message", (message) => message.text === "waits")).sender).to.equal(ana.username);
  });
});
