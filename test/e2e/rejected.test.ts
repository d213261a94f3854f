import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { type Command, help, join, sendAll, sendTo } from "../support/commands.ts";
import { millis } from "../support/ending.ts";
import { withPort } from "../support/engines.ts";
import { expectSentence, nameOf } from "../support/expect.ts";
import { useServer } from "../support/server.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

const LONG_ID = "i".repeat(65);

async function reasonOf(chat: ChatStream, command: Command, requestId?: string): Promise<string> {
  return nameOf((await chat.refuse(command, requestId)).reason);
}

describe("Rejected", function () {
  this.timeout(60_000);
  const server = useServer();

  const cases: [what: string, command: Command, requestId: string, reason: string][] = [
    ["a text of 0 bytes", sendAll(""), "id", "TEXT_EMPTY"],
    ["a text of 4,097 bytes", sendAll("x".repeat(4097)), "id", "TEXT_TOO_LONG"],
    ["a text of 2,049 characters that are 4,098 bytes", sendAll("ñ".repeat(2049)), "id", "TEXT_TOO_LONG"],
    ["a text with a U+0000", sendAll("a\u0000b"), "id", "TEXT_INVALID"],
    ["a private text of 0 bytes", sendTo("nobody", ""), "id", "TEXT_EMPTY"],
    ["a private text that is too long", sendTo("nobody", "x".repeat(4097)), "id", "TEXT_TOO_LONG"],
    ["a private text with a U+0000", sendTo("nobody", "\u0000"), "id", "TEXT_INVALID"],
    ["a recipient that no account has", sendTo("nobody", "x"), "id", "RECIPIENT_UNKNOWN"],
    ["a request_id of 65 bytes", sendAll("x"), LONG_ID, "REQUEST_ID_TOO_LONG"],
    ["a request_id of 33 characters that are 66 bytes", sendAll("x"), "é".repeat(33), "REQUEST_ID_TOO_LONG"],
    ["a second join", join(), "id", "ALREADY_JOINED"],
  ];
  for (const [what, command, requestId, reason] of cases) {
    it(`${what} is rejected with ${reason}, the request_id and a sentence, and the stream goes on`, async () => {
      const ana = await server.person("ana");
      const chat = await server.enter(ana);
      const { id } = await chat.accept(sendAll("before"));
      const rejected = await chat.refuse(command, requestId);
      expect(nameOf(rejected.reason)).to.equal(reason);
      expect(rejected.retryAfter).to.equal(undefined);
      expectSentence(rejected.message);
      expect((await chat.accept(sendAll("after"))).id).to.equal(id + 1n);
    });
  }

  it("a rejected command without a request_id is answered under the empty request_id", async () => {
    const chat = await server.enter(await server.person("ana"));
    chat.send(sendAll(""), "");
    expect((await chat.next("rejected")).requestId).to.equal("");
  });

  it("a request_id of 64 bytes is not rejected", async () => {
    const chat = await server.enter(await server.person("ana"));
    for (const id of ["i".repeat(64), "é".repeat(32)])
      expect((await chat.accept(sendAll("x"), id)).requestId).to.equal(id);
  });

  it("a join or help with a long request_id is rejected with REQUEST_ID_TOO_LONG too", async () => {
    const chat = await server.open(await server.person("ana"));
    expect(await reasonOf(chat, help, LONG_ID)).to.equal("REQUEST_ID_TOO_LONG");
    expect(await reasonOf(chat, join(), LONG_ID)).to.equal("REQUEST_ID_TOO_LONG");
  });

  describe("The order of checks", () => {
    it("a request_id that is too long is rejected before the text", async () => {
      const chat = await server.enter(await server.person("ana"));
      expect(await reasonOf(chat, sendAll(""), LONG_ID)).to.equal("REQUEST_ID_TOO_LONG");
    });

    it("a request_id that was used is rejected before the text", async () => {
      const chat = await server.enter(await server.person("ana"));
      await chat.accept(sendAll("x"), "used");
      for (const text of ["", "x".repeat(4097), "\u0000"]) {
        expect(await reasonOf(chat, sendAll(text), "used")).to.equal("REQUEST_ID_REUSED");
      }
    });

    it("a request_id that was used is rejected before the recipient", async () => {
      const chat = await server.enter(await server.person("ana"));
      await chat.accept(sendAll("x"), "used");
      expect(await reasonOf(chat, sendTo("nobody", "x"), "used")).to.equal("REQUEST_ID_REUSED");
    });

    it("the text is rejected before the recipient", async () => {
      const chat = await server.enter(await server.person("ana"));
      expect(await reasonOf(chat, sendTo("nobody", ""))).to.equal("TEXT_EMPTY");
    });
  });
});

/** Sends all commands at once, and returns the outcome of each. */
async function outcomes(chat: ChatStream, ...commands: (Command | [Command, requestId: string])[]): Promise<string[]> {
  const ids = commands.map((one) => (Array.isArray(one) ? chat.send(...one) : chat.send(one)));
  const replies: string[] = [];
  for (const id of ids) {
    const { event } = await chat.reply(id);
    if (event?.$case === "rejected") replies.push(nameOf(event.value.reason));
    else replies.push(event?.$case === "accepted" && event.value.duplicate ? "duplicate" : (event?.$case ?? "unknown"));
  }
  return replies;
}

describe("The rate", function () {
  this.timeout(60_000);
  const server = useServer({ limits: { messagesPerSecond: 1, burst: 3 }, stopwatch: manualStopwatch() });

  it("the rate lets the burst through, then rejects with RATE_LIMITED and how long to wait", async () => {
    const chat = await server.enter(await server.person("ana"));
    expect(await outcomes(chat, ...Array<Command>(4).fill(sendAll("x")))).to.deep.equal([
      "accepted",
      "accepted",
      "accepted",
      "RATE_LIMITED",
    ]);
    const rejected = await chat.next("rejected");
    expect(millis(rejected.retryAfter)).to.equal(1000);
    expectSentence(rejected.message);
  });

  it("the rate is shared by all streams of a user", async () => {
    const ana = await server.person("ana");
    const [one, two] = [await server.enter(ana), await server.enter(await server.login(ana))];
    expect(await outcomes(one, sendAll("x"), sendAll("x"))).to.deep.equal(["accepted", "accepted"]);
    // When this stream has received both messages, its node has counted them too.
    for (let i = 0; i < 2; i++) await two.next("message");
    expect(await outcomes(two, sendAll("x"), sendAll("x"))).to.deep.equal(["accepted", "RATE_LIMITED"]);
  });

  it("each user has a rate of their own", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    expect(await outcomes(anas, ...Array<Command>(4).fill(sendAll("x")))).to.include("RATE_LIMITED");
    expect(await outcomes(bobs, sendAll("x"))).to.deep.equal(["accepted"]);
  });

  it("the rate counts private messages and public ones together", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const toSelf = sendTo(ana.username, "x");
    expect(await outcomes(chat, sendAll("x"), toSelf, sendAll("x"), toSelf)).to.deep.equal([
      "accepted",
      "accepted",
      "accepted",
      "RATE_LIMITED",
    ]);
  });

  it("the rate does not count help, or commands that are refused for another reason", async () => {
    const chat = await server.enter(await server.person("ana"));
    const free: [Command, string][] = [
      [help, "h"],
      [sendAll(""), "t"],
      [sendTo("nobody", "x"), "n"],
      [sendAll("y"), "first"],
    ];
    const came = await outcomes(
      chat,
      [sendAll("x"), "first"],
      ...free,
      sendAll("x"),
      ...free,
      sendAll("x"),
      sendAll("x"),
    );
    const uncounted = ["help", "TEXT_EMPTY", "RECIPIENT_UNKNOWN", "REQUEST_ID_REUSED"];
    expect(came).to.deep.equal(["accepted", ...uncounted, "accepted", ...uncounted, "accepted", "RATE_LIMITED"]);
  });

  it("the rate is checked last: any other fault is reported although the rate is used up", async () => {
    const chat = await server.enter(await server.person("ana"));
    const came = await outcomes(
      chat,
      [sendAll("x"), "first"],
      ...Array<Command>(3).fill(sendAll("x")),
      [sendAll("x"), "first"],
      [sendAll("y"), "first"],
      [sendAll("x"), LONG_ID],
      sendAll(""),
      sendTo("nobody", "x"),
    );
    expect(came).to.deep.equal([
      ...["accepted", "accepted", "accepted", "RATE_LIMITED"],
      ...["duplicate", "REQUEST_ID_REUSED", "REQUEST_ID_TOO_LONG", "TEXT_EMPTY", "RECIPIENT_UNKNOWN"],
    ]);
  });
});

describe("The rate, if the store refuses", function () {
  this.timeout(60_000);
  const disk = { full: false };
  const server = useServer({
    limits: { messagesPerSecond: 1, burst: 3 },
    stopwatch: manualStopwatch(),
    wrap: (engines) =>
      withPort(engines, "log", {
        append: async (batch) => {
          if (disk.full) throw new StoreUnavailable("the disk is full");
          return engines.log.append(batch);
        },
      }),
  });

  it("the rate counts a message that was refused by the store alone", async () => {
    const chat = await server.enter(await server.person("ana"));
    disk.full = true;
    const refused = await outcomes(chat, sendAll("x"), sendAll("x"));
    disk.full = false;
    expect(refused).to.deep.equal(["STORE_UNAVAILABLE", "STORE_UNAVAILABLE"]);
    expect(await outcomes(chat, sendAll("x"), sendAll("x"))).to.deep.equal(["accepted", "RATE_LIMITED"]);
  });
});

describe("The rate, after retry_after", function () {
  this.timeout(60_000);
  const stopwatch = manualStopwatch();
  const server = useServer({ limits: { messagesPerSecond: 10, burst: 1 }, stopwatch });

  it("the rate accepts the same command under the same request_id after retry_after", async () => {
    const chat = await server.enter(await server.person("ana"));
    const came = await outcomes(chat, sendAll("first"), [sendAll("second"), "again"]);
    expect(came).to.deep.equal(["accepted", "RATE_LIMITED"]);
    const { retryAfter } = await chat.next("rejected");
    expect(millis(retryAfter)).to.equal(100);
    stopwatch.advance(99);
    expect(await outcomes(chat, [sendAll("second"), "again"])).to.deep.equal(["RATE_LIMITED"]);
    stopwatch.advance(1);
    expect(await outcomes(chat, [sendAll("second"), "again"])).to.deep.equal(["accepted"]);
  });
});

for (const limits of [
  { messagesPerSecond: 0, burst: 2 },
  { messagesPerSecond: 1, burst: 0 },
  { messagesPerSecond: 0, burst: 0 },
]) {
  describe(`The rate with ${limits.messagesPerSecond} a second and a burst of ${limits.burst}`, function () {
    this.timeout(60_000);
    const server = useServer({ limits });

    it("a rate or a burst of 0 sets no limit", async () => {
      const chat = await server.enter(await server.person("ana"));
      const ids = Array.from({ length: 200 }, (_, i) => chat.send(sendAll(String(i))));
      await chat.reply(ids.at(-1) ?? "");
      expect(chat.received("accepted")).to.have.length(200);
    });
  });
}
