import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { type Command, help, sendAll, sendTo, typed } from "../support/commands.ts";
import { Gate, withPort } from "../support/engines.ts";
import { nameOf } from "../support/expect.ts";
import { useFreshServer, useServer } from "../support/server.ts";

async function reasonOf(chat: ChatStream, command: Command, requestId: string): Promise<string> {
  return nameOf((await chat.refuse(command, requestId)).reason);
}

describe("A command sent again with its request_id", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a resent command is accepted with the first id and time, as a duplicate, and is not posted again", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const first = await chat.accept(sendAll("once"), "r");
    expect(first.duplicate).to.equal(false);
    for (let i = 0; i < 3; i++)
      expect(await chat.accept(sendAll("once"), "r")).to.deep.equal({ ...first, duplicate: true });
    const last = await chat.accept(sendAll("last"));
    expect(last.id).to.equal(first.id + 1n);
    await chat.next("message", (message) => message.id === last.id);
    expect(chat.messages.map((message) => message.text)).to.deep.equal(["once", "last"]);
  });

  it("a command resent before the first is on disk is posted once too", async () => {
    const chat = await server.enter(await server.person("ana"));
    for (let i = 0; i < 20; i++) chat.send(sendAll("once"), "same");
    const last = await chat.accept(sendAll("last"));
    const accepted = chat.received("accepted").slice(0, 20);
    expect(accepted.map((one) => one.duplicate)).to.deep.equal([false, ...Array(19).fill(true)]);
    expect(new Set(accepted.map((one) => one.id)).size).to.equal(1);
    expect(last.id).to.equal((accepted[0]?.id ?? 0n) + 1n);
  });

  it("a resent command is recognized on another stream, in another session and after a restart", async () => {
    const ana = await server.person("ana");
    const first = await (await server.enter(ana)).accept(sendAll("once"), "r");
    const again = { ...first, duplicate: true };
    expect(await (await server.enter(ana)).accept(sendAll("once"), "r")).to.deep.equal(again);
    const second = await server.login(ana);
    expect(await (await server.enter(second)).accept(sendAll("once"), "r")).to.deep.equal(again);
    await server.restart();
    expect(await (await server.enter(ana)).accept(sendAll("once"), "r")).to.deep.equal(again);
  });

  it("a resent command is a duplicate whether it was typed or not", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    await chat.accept(sendAll("to all"), "all");
    expect((await chat.accept(typed("sendall to all"), "all")).duplicate).to.equal(true);
    await chat.accept(typed(`sendto ${bob.username} to bob`), "one");
    expect((await chat.accept(sendTo(bob.username, "to bob"), "one")).duplicate).to.equal(true);
  });

  it("a resent command is a duplicate if the recipient's name is in another case", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    await chat.accept(sendTo(bob.username, "x"), "r");
    expect((await chat.accept(sendTo(bob.username.toUpperCase(), "x"), "r")).duplicate).to.equal(true);
  });

  it("a resent command is a duplicate although the recipient has gone offline since", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    await chat.accept(sendTo(bob.username, "x"), "r");
    await server.with((wire) => wire.logout(bob.token));
    expect((await chat.accept(sendTo(bob.username, "x"), "r")).duplicate).to.equal(true);
  });

  it("another command under a used request_id is rejected with REQUEST_ID_REUSED", async () => {
    const [ana, bob, cid] = await server.people("ana", "bob", "cid");
    const chat = await server.enter(ana);
    await server.enter(bob);
    await server.enter(cid);
    await chat.accept(sendTo(bob.username, "x"), "r");
    for (const command of [sendTo(bob.username, "x "), sendTo(cid.username, "x"), sendAll("x"), typed("sendall x")]) {
      expect(await reasonOf(chat, command, "r")).to.equal("REQUEST_ID_REUSED");
    }
    await chat.accept(sendAll("x"), "s");
    expect(await reasonOf(chat, sendTo(bob.username, "x"), "s")).to.equal("REQUEST_ID_REUSED");
  });

  it("the request_id of another user does not make a command a duplicate", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const first = await (await server.enter(ana)).accept(sendAll("hers"), "r");
    const second = await (await server.enter(bob)).accept(sendAll("his"), "r");
    expect(second).to.include({ id: first.id + 1n, duplicate: false });
  });

  it("an empty request_id never makes a command a duplicate", async () => {
    const chat = await server.enter(await server.person("ana"));
    for (let i = 0; i < 3; i++) chat.send(sendAll("x"), "");
    const ids = [];
    for (let i = 0; i < 3; i++) {
      const { id, duplicate, requestId } = await chat.next("accepted");
      expect({ duplicate, requestId }).to.deep.equal({ duplicate: false, requestId: "" });
      ids.push(id);
    }
    expect(new Set(ids).size).to.equal(3);
  });

  it("a request_id that differs in one byte does not make a command a duplicate", async () => {
    const chat = await server.enter(await server.person("ana"));
    for (const id of ["r", "R", "r ", "\u00e9", "e\u0301", "a\u0000b", "a\u0000c", "a", "1", "01"]) {
      expect((await chat.accept(sendAll(`under ${JSON.stringify(id)}`), id)).duplicate).to.equal(false);
    }
    expect((await chat.accept(sendAll(`under ${JSON.stringify("a\u0000b")}`), "a\u0000b")).duplicate).to.equal(true);
  });

  it("a rejected command may be sent again under its request_id", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    expect(await reasonOf(chat, sendAll(""), "r")).to.equal("TEXT_EMPTY");
    expect(await reasonOf(chat, sendTo(bob.username, "now?"), "r")).to.equal("RECIPIENT_OFFLINE");
    await server.enter(bob);
    expect((await chat.accept(sendTo(bob.username, "now?"), "r")).duplicate).to.equal(false);
  });

  it("a command may have the request_id of an earlier join or help", async () => {
    const chat = await server.enter(await server.person("ana"));
    await chat.ask(help, "h");
    expect((await chat.accept(sendAll("x"), "h")).duplicate).to.equal(false);
    chat.send(sendAll("x"), "join");
    expect((await chat.next("accepted", ({ requestId }) => requestId === "join")).duplicate).to.equal(false);
    expect((await chat.ask(help, "h")).event?.$case).to.equal("help");
  });

  it("a request_id can be used again when its message was truncated", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const first = await chat.accept(sendAll("soon truncated"), "r");
    const { logId } = await (await server.connect()).chat(ana.token).next("welcome");
    await server.engines.log.truncate(Number(first.id) + 1);
    server.engines.bus.publish({ kind: "truncated", logId, oldestId: Number(first.id) + 1 });
    const second = await chat.accept(sendAll("soon truncated"), "r");
    expect(second).to.include({ id: first.id + 1n, duplicate: false });
  });
});

describe("A command whose request_id is in flight", function () {
  this.timeout(60_000);
  const gate = new Gate();
  const store = { fails: false };
  const server = useFreshServer({
    wrap: (engines) =>
      withPort(engines, "log", {
        append: async (batch) => {
          await gate.pass();
          if (store.fails) throw new StoreUnavailable("the disk is full");
          return engines.log.append(batch);
        },
      }),
  });
  afterEach(() => {
    gate.open();
    store.fails = false;
  });

  /** One stream has a command waiting at the gate; the other has sent these under the same request_id. */
  async function inFlight(...commands: Command[]) {
    const ana = await server.person("ana");
    // One node knows the request_id in flight; between two nodes the append settles it.
    server.stayOnOneNode();
    const first = await server.enter(ana);
    const wire = await server.connect();
    const second = wire.chat(ana.token);
    gate.shut();
    first.send(sendAll("the same"), "r");
    await gate.entered();
    await second.ask(help, "before");
    for (const command of commands) second.send(command, "r");
    // Calls on the same connection, sent after the commands: when they are answered, the server has read the commands.
    for (let i = 0; i < 10; i++) await wire.list(ana.token);
    expect(second.events.filter((event) => event.requestId === "r")).to.deep.equal([]);
    return { first, second };
  }

  it("a command whose request_id is in flight on another stream waits for the outcome", async () => {
    const { first, second } = await inFlight(sendAll("the same"));
    gate.open();
    const accepted = await first.next("accepted");
    expect(await second.next("accepted")).to.deep.equal({ ...accepted, duplicate: true });
  });

  it("a command whose request_id is in flight waits before any check, and is then rejected as reused", async () => {
    const { second } = await inFlight(sendAll(""), sendTo("nobody", "x"));
    gate.open();
    for (let i = 0; i < 2; i++) expect(nameOf((await second.next("rejected")).reason)).to.equal("REQUEST_ID_REUSED");
  });

  it("a command whose request_id was in flight is checked on its own if the first command is refused", async () => {
    const { first, second } = await inFlight(sendAll(""), sendAll("another"));
    store.fails = true;
    gate.open();
    expect(nameOf((await first.next("rejected")).reason)).to.equal("STORE_UNAVAILABLE");
    expect(nameOf((await second.next("rejected")).reason)).to.equal("TEXT_EMPTY");
    expect(nameOf((await second.next("rejected")).reason)).to.equal("STORE_UNAVAILABLE");
    store.fails = false;
    second.send(sendAll("a third one"), "r");
    expect((await second.next("accepted")).duplicate).to.equal(false);
  });
});
