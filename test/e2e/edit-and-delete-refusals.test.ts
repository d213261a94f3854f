import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { type Command, edit, help, join, remove, sendAll, sendTo, typed } from "../support/commands.ts";
import { expectSentence, nameOf } from "../support/expect.ts";
import { type Person, type TestServer, useFreshServer, useServer } from "../support/server.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

const LONG_ID = "i".repeat(65);

async function reasonOf(chat: ChatStream, command: Command, requestId?: string): Promise<string> {
  return nameOf((await chat.refuse(command, requestId)).reason);
}

/** Truncates the log before an id, as the retention does. */
async function truncate(server: TestServer, person: Person, oldestId: bigint): Promise<void> {
  const { logId } = await (await server.connect()).chat(person.token).next("welcome");
  await server.engines.log.truncate(Number(oldestId));
  server.engines.bus.publish({ kind: "truncated", logId, oldestId: Number(oldestId) });
}

/** Each command that names a message, with the id of that message. */
const NAMING: Record<string, (id: bigint) => Command> = {
  "an edit": (id) => edit(id, "changed"),
  "a deletion": (id) => remove(id),
  "a reply to everyone": (id) => sendAll("a reply", { replyTo: id }),
  "a reply to one user": (id) => sendTo("nobody", "a reply", { replyTo: id }),
  "a typed edit": (id) => typed(`edit ${id} changed`),
  "a typed deletion": (id) => typed(`delete ${id}`),
  "a typed reply": (id) => typed(`reply ${id} a reply`),
};

describe("A command that names a message", function () {
  this.timeout(60_000);
  const server = useServer();

  for (const [what, command] of Object.entries(NAMING)) {
    it(`${what} is rejected with MESSAGE_UNKNOWN if it names no message that its sender can see`, async () => {
      const [ana, bob, eve] = await server.people("ana", "bob", "eve");
      const chat = await server.enter(ana);
      const truncated = await chat.accept(sendAll("soon truncated"));
      const kept = await chat.accept(sendAll("kept"));
      const deleted = await chat.accept(sendAll("deleted"));
      const edited = await chat.accept(edit(kept.id, "edited"));
      const deletion = await chat.accept(remove(deleted.id));
      const bobs = await server.enter(bob);
      await server.enter(eve);
      const { id: invisible } = await bobs.accept(sendTo(eve.username, "not for ana"));
      await truncate(server, ana, kept.id);
      const head = invisible;
      const unknown = {
        "the id 0": 0n,
        "the next id": head + 1n,
        "2^53": 2n ** 53n,
        "2^63": 2n ** 63n,
        "2^64 - 1": 2n ** 64n - 1n,
        "the id of an edit": edited.id,
        "the id of a deletion": deletion.id,
        "a deleted message": deleted.id,
        "an invisible message": invisible,
        "a truncated message": truncated.id,
      };
      for (const [which, id] of Object.entries(unknown)) {
        // A send_all or send_to with the id 0 is no reply.
        if (id === 0n && what.startsWith("a reply to")) continue;
        const { reason, message, retryAfter } = await chat.refuse(command(id));
        expect(nameOf(reason), which).to.equal("MESSAGE_UNKNOWN");
        expectSentence(message);
        expect(retryAfter).to.equal(undefined);
      }
      expect((await chat.accept(sendAll("next"))).id).to.equal(head + 1n);
    });
  }

  it("an edit and a deletion of another log's id are rejected with MESSAGE_UNKNOWN, and without log_id accepted", async () => {
    const ana = await server.person("ana");
    const { logId } = await (await server.connect()).chat(ana.token).next("welcome");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("mine"));
    for (const command of [edit(id, "changed", "another-log"), remove(id, "another-log")]) {
      expect(await reasonOf(chat, command)).to.equal("MESSAGE_UNKNOWN");
    }
    await chat.accept(edit(id, "not compared"));
    await chat.accept(edit(id, "compared", logId));
    await chat.accept(remove(id, logId));
  });

  it("only the sender may edit or delete: another user is rejected with NOT_THE_SENDER, a recipient too", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    const everyones = await anas.accept(sendAll("to all"));
    const privately = await anas.accept(sendTo(bob.username, "to bob"));
    for (const { id } of [everyones, privately]) {
      for (const command of [edit(id, "changed"), remove(id), typed(`edit ${id} changed`), typed(`delete ${id}`)]) {
        const { reason, message } = await bobs.refuse(command);
        expect(nameOf(reason)).to.equal("NOT_THE_SENDER");
        expectSentence(message);
      }
    }
    expect(await server.history(bob, { pageSize: 2 })).to.deep.equal(["to all", "to bob"]);
  });

  it("the checks come in order: request_id, text, message, recipient", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    const { id: bobs } = await (await server.enter(bob)).accept(sendAll("bob's"));
    await chat.accept(sendAll("x"), "used");
    const cases: [Command, string | undefined, string][] = [
      [edit(0n, ""), LONG_ID, "REQUEST_ID_TOO_LONG"],
      [remove(0n), LONG_ID, "REQUEST_ID_TOO_LONG"],
      [edit(0n, ""), "used", "REQUEST_ID_REUSED"],
      [remove(0n), "used", "REQUEST_ID_REUSED"],
      [edit(0n, ""), undefined, "TEXT_EMPTY"],
      [edit(bobs, "x".repeat(4097)), undefined, "TEXT_TOO_LONG"],
      [edit(bobs, "a\u0000b"), undefined, "TEXT_INVALID"],
      [sendTo("nobody", "", { replyTo: 2n ** 63n }), undefined, "TEXT_EMPTY"],
      [sendTo("nobody", "x", { replyTo: 2n ** 63n }), undefined, "MESSAGE_UNKNOWN"],
      [sendTo("nobody", "x", { replyTo: bobs }), undefined, "RECIPIENT_UNKNOWN"],
    ];
    for (const [command, requestId, reason] of cases) expect(await reasonOf(chat, command, requestId)).to.equal(reason);
  });

  for (const [what, command] of [
    ["an edit", edit(0n, "x")],
    ["a deletion", remove(0n)],
  ] as const) {
    it(`${what} joins a stream that has not joined, also after a help and although it is rejected`, async () => {
      const ana = await server.person("ana");
      const chat = (await server.connect()).chat(ana.token);
      await chat.ask(help);
      expect(await server.online(ana)).to.not.include(ana.username);
      expect(await reasonOf(chat, command)).to.equal("MESSAGE_UNKNOWN");
      await chat.next("caughtUp");
      expect(await reasonOf(chat, join())).to.equal("ALREADY_JOINED");
    });
  }
});

describe("The request_id of an edit or a deletion", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a resent edit, deletion or reply is a duplicate with its first id, also after the message is gone", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    const { id } = await chat.accept(sendAll("a message"), "message");
    const commands: [string, Command, Command][] = [
      ["message", sendAll("a message"), typed("sendall a message")],
      ["to bob", sendTo(bob.username, "to bob"), typed(`tell ${bob.username} to bob`)],
      ["reply", sendAll("a reply", { replyTo: id }), typed(`reply ${id} a reply`)],
      ["edit", edit(id, "edited"), typed(`edit ${id} edited`)],
      ["edit again", edit(id, "edited again"), typed(`edit ${id} edited again`)],
      ["delete", remove(id), typed(`delete ${id}`)],
    ];
    const firsts = [];
    for (const [requestId, command] of commands) firsts.push(await chat.accept(command, requestId));
    await server.restart();
    const again = await server.enter(ana);
    for (const [index, [requestId, command, sameTyped]] of commands.entries()) {
      const expected = { ...firsts[index], duplicate: true };
      expect(await again.accept(command, requestId)).to.deep.equal(expected);
      expect(await again.accept(sameTyped, requestId)).to.deep.equal(expected);
    }
    await again.accept(sendAll("last"));
    await again.next("message", ({ text }) => text === "last");
    expect(again.kinds.filter((kind) => kind === "edited" || kind === "deleted")).to.deep.equal([]);
  });

  it("another command under the request_id is rejected with REQUEST_ID_REUSED, whatever became of the message", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    const { id: other } = await chat.accept(sendAll("other"));
    const { id } = await chat.accept(sendAll("a text"), "message");
    await chat.accept(edit(id, "new text"), "edit");
    await chat.accept(remove(id), "delete");
    const reused: [string, Command[]][] = [
      ["message", [sendAll("new text"), sendAll("a text", { replyTo: other }), sendTo(bob.username, "a text")]],
      ["edit", [edit(id, "a text"), edit(other, "new text"), remove(id), sendAll("new text")]],
      ["delete", [remove(other), edit(id, "new text"), sendAll("new text")]],
    ];
    for (const [requestId, commands] of reused) {
      for (const command of commands) expect(await reasonOf(chat, command, requestId)).to.equal("REQUEST_ID_REUSED");
    }
  });

  it("even_if_offline is not part of the command", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    const first = await chat.accept(sendTo(bob.username, "later", { evenIfOffline: true }), "r");
    const again = await chat.accept(sendTo(bob.username, "later"), "r");
    expect(again).to.deep.equal({ ...first, duplicate: true });
  });

  it("a rejected edit or deletion may be sent again under its request_id", async () => {
    const chat = await server.enter(await server.person("ana"));
    expect(await reasonOf(chat, edit(0n, "x"), "r")).to.equal("MESSAGE_UNKNOWN");
    const { id } = await chat.accept(sendAll("x"), "r");
    expect(await reasonOf(chat, edit(id, ""), "s")).to.equal("TEXT_EMPTY");
    expect(await chat.accept(edit(id, "y"), "s")).to.include({ id: id + 1n, duplicate: false });
  });
});

describe("The request_id of a deleted message that is truncated", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  it("a request_id can be used again when its deleted message was truncated", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("deleted"), "r");
    const deletion = await chat.accept(remove(id), "d");
    expect(await chat.accept(sendAll("deleted"), "r")).to.include({ id, duplicate: true });
    await truncate(server, ana, deletion.id);
    expect(await chat.accept(sendAll("deleted"), "r")).to.include({ id: deletion.id + 1n, duplicate: false });
    expect(await chat.accept(remove(id), "d")).to.include({ id: deletion.id, duplicate: true });
  });
});

describe("The rate of edits and deletions", function () {
  this.timeout(60_000);
  const server = useServer({ limits: { messagesPerSecond: 1, burst: 3 }, stopwatch: manualStopwatch() });

  it("edits and deletions count as messages; duplicates and refused ones do not", async () => {
    const chat = await server.enter(await server.person("ana"));
    const { id } = await chat.accept(sendAll("x"));
    await chat.accept(edit(id, "y"), "edit");
    for (let i = 0; i < 3; i += 1) expect((await chat.accept(edit(id, "y"), "edit")).duplicate).to.equal(true);
    expect(await reasonOf(chat, edit(0n, "z"))).to.equal("MESSAGE_UNKNOWN");
    await chat.accept(remove(id), "delete");
    // The rate is checked last, so a deletion of nothing does not reach it.
    expect(await reasonOf(chat, remove(id))).to.equal("MESSAGE_UNKNOWN");
    expect(await reasonOf(chat, sendAll("one too many"))).to.equal("RATE_LIMITED");
    expect((await chat.accept(remove(id), "delete")).duplicate).to.equal(true);
  });
});
