import { expect } from "chai";
import { type ChatClient, ChatError, type ConnectOptions, connect, Status } from "../../src/client/index.ts";

/** The message of the error of a call that TypeScript rejects and JavaScript permits. */
async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    expect(error.code).to.equal(Status.INVALID_ARGUMENT);
    return error.message;
  }
  throw new Error("the call threw no error");
}

describe("Options of the client library", () => {
  const address = "127.0.0.1:1";
  let client: ChatClient;

  before(() => {
    client = connect({ address });
  });

  after(() => client.close());

  const wrong: [unknown, RegExp][] = [
    [{ adress: address }, /^connect has no option adress\. Did you mean address\?$/],
    [{ address, timeout: 5 }, /^connect has no option timeout\. Did you mean timeoutMs\?$/],
    [{ address, tls: true }, /^connect has no option tls\. There are: address, ca, insecure, /],
    [{}, /^address is missing; it must be HOST:PORT/],
    [undefined, /^connect wants an object of options/],
    [address, /^connect wants an object of options/],
    [{ address: 50051 }, /^address is 50051; it must be HOST:PORT/],
    [{ address: "127.0.0.1" }, /^address is "127\.0\.0\.1"; it must be HOST:PORT/],
    [{ address: "http://127.0.0.1:1" }, /^address is "http:/],
    [{ address: "127.0.0.1:0" }, /^address is "127\.0\.0\.1:0"/],
    [{ address: "ani:hush@chat:1" }, /^address is "…@chat:1"/],
    [{ address, ca: "cert.pem" }, /^ca is "cert\.pem"; it must be certificates in PEM, as bytes\.$/],
    [{ address, ca: Buffer.from("junk") }, /^`ca` cannot be used: there is no certificate in it; PEM is wanted/],
    [{ address, insecure: "yes" }, /^insecure is "yes"; it must be true or false\.$/],
    [
      { address, insecure: true, ca: Buffer.from("") },
      /^`insecure: true` means no TLS, but `ca` is given: choose one\.$/,
    ],
    [{ address, timeoutMs: 0 }, /^timeoutMs is 0; it must be a number of milliseconds from 1 to 2147483647\.$/],
    [{ address, keepaliveMs: Number.NaN }, /^keepaliveMs is NaN;/],
  ];
  for (const [options, sentence] of wrong) {
    it(`connect(${JSON.stringify(options)}) throws ${sentence.source}`, async () => {
      expect(await refusal(() => connect(options as ConnectOptions))).to.match(sentence);
    });
  }

  it("the options of enter() and of calls are checked, and no error shows a password or token", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: calls that TypeScript rejects.
    const any = client as any;
    const calls: [() => unknown, RegExp][] = [
      [() => any.enter({ tokn: "hush" }), /^enter has no option tokn\. Did you mean token\?$/],
      [() => any.enter({}), /^token is missing; it must be the token of a session\.$/],
      [
        () => any.enter({ token: "t", resumeAfter: 5 }),
        /^resumeAfter is 5; it must be a cursor from 0n on \(a bigint\)\.$/,
      ],
      [() => any.enter({ token: "t", backoff: { maxMS: 5 } }), /^backoff has no option maxMS\. Did you mean maxMs\?$/],
      [() => any.enter({ token: "t", signal: "stop" }), /^signal is "stop"; it must be an AbortSignal\.$/],
      [() => any.login("ani"), /^password is missing; it must be a string\.$/],
      [() => any.login("ani", 12345678), /^password is a number; it must be a string\.$/],
      [() => any.register({ username: "ani", password: "hush" }), /^username is an object; it must be a string\.$/],
      [() => any.login("ani", "hush", { timeoutMs: 5 }), /^login has no option timeoutMs\. There are: signal\.$/],
      [() => any.list(), /^token is missing;/],
      [() => any.list("t", { pagesize: 5 }), /^list has no option pagesize\. Did you mean pageSize\?$/],
      [() => any.list("t", { pageSize: "5" }), /^pageSize is "5"; it must be a whole number\.$/],
      [() => any.logout("t", { everywhere: 1 }), /^everywhere is 1; it must be true or false\.$/],
      [() => any.history(), /^token is missing;/],
      [() => any.history("t", 5n), /^history wants an object of options/],
      [
        () => any.history("t", { beforeId: 0n }),
        /^beforeId is 0; it must be the id of a message, from 1n on \(a bigint\)\.$/,
      ],
      [() => any.history("t", { beforeId: 5 }), /^beforeId is 5; it must be the id of a message, from 1n on/],
      [() => any.history("t", { pageSize: 2.5 }), /^pageSize is 2\.5; it must be a whole number\.$/],
      [() => any.history("t", { pageSize: 2 ** 31 }), /^pageSize is 2147483648; it must be a whole number\.$/],
      [() => any.history("t", { peer: 5 }), /^peer is 5; it must be a string\.$/],
      [() => any.history("t", { peer: "\ud83d" }), /^peer has half a character in it/],
      [() => any.history("t", { before: 5n }), /^history has no option before\. Did you mean beforeId\?$/],
      [() => any.search(), /^token is missing;/],
      [() => any.search("t"), /^query is missing; it must be a string\.$/],
      [() => any.search("t", 12345678), /^query is a number; it must be a string\.$/],
      [() => any.search("t", "hush\ud83d"), /^query has half a character in it/],
      [() => any.search("t", "hush", "ani"), /^search wants an object of options/],
      [() => any.search("t", "hush", { sender: 5 }), /^sender is 5; it must be a string\.$/],
      [() => any.search("t", "hush", { sender: "\ud83d" }), /^sender has half a character in it/],
      [() => any.search("t", "hush", { peer: "\ud83d" }), /^peer has half a character in it/],
      [() => any.search("t", "hush", { since: "2026-11-30" }), /^since is "2026-11-30"; it must be a valid Date\.$/],
      [() => any.search("t", "hush", { until: new Date("x") }), /^until is an object; it must be a valid Date\.$/],
      [() => any.search("t", "hush", { pageSize: 2.5 }), /^pageSize is 2\.5; it must be a whole number\.$/],
      [() => any.search("t", "hush", { from: "ani" }), /^search has no option from\. There are: sender, peer, since,/],
      [
        () => any.markRead("t"),
        /^upToId is missing; it must be the id of the last message read, from 0n on \(a bigint\)\.$/,
      ],
      [() => any.markRead("t", 7), /^upToId is 7; it must be the id of the last message read, from 0n on/],
      [() => any.markRead("t", 2n ** 64n), /^upToId is 18446744073709551616;/],
      [() => any.markRead("t", 7n, { logid: "x" }), /^markRead has no option logid\. Did you mean logId\?$/],
      [() => any.isServing({ live: true }), /^isServing has no option live\. Did you mean liveness\?$/],
    ];
    for (const [call, sentence] of calls) {
      const said = await refusal(call);
      expect(said)
        .to.match(sentence)
        .and.not.to.match(/hush|12345678/);
    }
  });

  it("the arguments of a room's commands are checked", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: calls that TypeScript rejects.
    const room = client.enter({ token: "t" }) as any;
    expect(await refusal(() => room.sendAll())).to.equal("text is missing; it must be a string.");
    expect(await refusal(() => room.sendAll({ text: "hello" }))).to.equal("text is an object; it must be a string.");
    expect(await refusal(() => room.sendTo(5, "hello"))).to.equal("username is 5; it must be a string.");
    expect(await refusal(() => room.typed(null))).to.equal("line is null; it must be a string.");
    expect(await refusal(() => room.sendAll("hello", { requestid: "1" }))).to.equal(
      "a command has no option requestid. Did you mean requestId?",
    );
    const notAnId = (what: string) => `${what}; it must be the id of a message, from 1n on (a bigint).`;
    expect(await refusal(() => room.sendAll("hello", { replyTo: 7 }))).to.equal(notAnId("replyTo is 7"));
    expect(await refusal(() => room.sendTo("budi", "hello", { replyTo: 0n }))).to.equal(notAnId("replyTo is 0"));
    expect(await refusal(() => room.sendTo("budi", "hello", { evenIfOffline: 1 }))).to.equal(
      "evenIfOffline is 1; it must be true or false.",
    );
    expect(await refusal(() => room.sendAll("hello", { evenIfOffline: true }))).to.equal(
      "a command has no option evenIfOffline. There are: requestId, replyTo.",
    );
    expect(await refusal(() => room.sendAll("hello", null))).to.match(/^a command wants an object of options/);
    expect(await refusal(() => room.edit())).to.equal(notAnId("id is missing"));
    expect(await refusal(() => room.edit(7, "hello"))).to.equal(notAnId("id is 7"));
    expect(await refusal(() => room.edit(0n, "hello"))).to.equal(notAnId("id is 0"));
    expect(await refusal(() => room.edit(-1n, "hello"))).to.equal(notAnId("id is -1"));
    expect(await refusal(() => room.edit(7n))).to.equal("text is missing; it must be a string.");
    expect(await refusal(() => room.edit(7n, "hello", { logId: 5 }))).to.equal("logId is 5; it must be a string.");
    expect(await refusal(() => room.remove("7"))).to.equal(notAnId('id is "7"'));
    expect(await refusal(() => room.remove(2n ** 64n))).to.equal(notAnId("id is 18446744073709551616"));
    expect(await refusal(() => room.remove(7n, { replyTo: 1n }))).to.equal(
      "a command has no option replyTo. There are: requestId, logId.",
    );
    expect(room.pending).to.equal(0);
    room.abort();
    await room.closed;
  });

  it("an undefined option counts as left out", () => {
    connect({ address, ca: undefined, timeoutMs: undefined } as unknown as ConnectOptions).close();
  });
});
