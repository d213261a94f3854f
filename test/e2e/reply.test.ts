import { expect } from "chai";
import { type ChatStream, expectKind } from "../support/chatStream.ts";
import { edit, help, remove, sendAll, sendTo, typed } from "../support/commands.ts";
import { expectSentence, nameOf } from "../support/expect.ts";
import { type Person, useServer } from "../support/server.ts";

describe("Replies", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a reply names its message on every path, also to someone else, and to one user about a public message", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    const { id } = await anas.accept(sendAll("a question"));
    const all = await bobs.accept(sendAll("an answer", { replyTo: id }));
    const one = await bobs.accept(sendTo(ana.username, "between us", { replyTo: id }));
    const replies = [
      [all.id, id],
      [one.id, id],
    ];
    await anas.next("message", (message) => message.id === one.id);
    const resumed = await server.enter(ana, { resumeAfter: id });
    for (const chat of [anas, resumed]) {
      expect(chat.messages.slice(-2).map((message) => [message.id, message.replyTo])).to.deep.equal(replies);
    }
    const page = await server.with((wire) => wire.history(ana.token, { pageSize: 2 }));
    expect(page.messages.map((message) => [message.id, message.replyTo])).to.deep.equal(replies);
  });

  it("a reply stays as it is, whatever becomes of its message", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("a question"));
    const reply = await chat.accept(sendAll("an answer", { replyTo: id }));
    await chat.accept(edit(id, "another question"));
    await chat.accept(remove(id));
    const [message] = (await server.enter(ana, { recent: 1 })).messages;
    expect(message).to.include({ id: reply.id, replyTo: id, text: "an answer" });
    await chat.accept(edit(reply.id, "a lonely answer"));
    const [edited] = (await server.enter(ana, { recent: 1 })).messages;
    expect(edited).to.include({ id: reply.id, replyTo: id, text: "a lonely answer" });
  });
});

describe("A private message with even_if_offline", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a message to an offline user is accepted with even_if_offline, and is there when the user comes", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    expect(nameOf((await chat.refuse(sendTo(bob.username, "now"))).reason)).to.equal("RECIPIENT_OFFLINE");
    const { id } = await chat.accept(sendTo(bob.username.toUpperCase(), "when you come", { evenIfOffline: true }));
    expect((await chat.next("message")).recipient).to.equal(bob.username);
    const bobs = await server.enter(bob, { resumeAfter: id - 1n });
    expect(bobs.messages.map(({ text }) => text)).to.deep.equal(["when you come"]);
  });

  it("a message to nobody is rejected with RECIPIENT_UNKNOWN also with even_if_offline", async () => {
    const chat = await server.enter(await server.person("ana"));
    for (const name of ["nobody-of-that-name", "", "not a name!", "a\u0000b", "x".repeat(1_000)]) {
      const { reason, message } = await chat.refuse(sendTo(name, "x", { evenIfOffline: true }));
      expect(nameOf(reason)).to.equal("RECIPIENT_UNKNOWN");
      expectSentence(message);
    }
  });
});

describe("A text_command that names a message", function () {
  this.timeout(60_000);
  const server = useServer();
  let [ana, bob]: Person[] = [];
  let anas: ChatStream;
  before(async () => {
    [ana, bob] = await server.people("ana", "bob");
  });
  beforeEach(async () => {
    anas = await server.enter(ana as Person);
  });

  /** The message with which a line is posted. */
  async function posted(chat: ChatStream, line: string) {
    const { id } = await chat.accept(typed(line));
    return chat.next("message", (message) => message.id === id);
  }

  it("a typed tell reaches a user who is offline, and keeps the text as it is", async () => {
    const { recipient, text } = await posted(anas, `TELL ${bob?.username} when  you come \r\n`);
    expect({ recipient, text }).to.deep.equal({ recipient: bob?.username, text: "when  you come " });
  });

  it("a typed reply goes to everyone if its message did, else to the other one of the two, even if offline", async () => {
    const bobs = await server.enter(bob as Person);
    const toAll = await bobs.accept(sendAll("to all"));
    const toAna = await bobs.accept(sendTo(ana?.username ?? "", "to ana"));
    bobs.halfClose();
    await bobs.end();
    await server.with((wire) => wire.logout(bob?.token));
    bob = await server.login(bob as Person);
    const first = await posted(anas, `reply ${toAll.id} yes`);
    expect(first).to.include({ recipient: "", replyTo: toAll.id, text: "yes" });
    const second = await posted(anas, `Reply 000${toAna.id} no\n`);
    expect(second).to.include({ recipient: bob?.username, replyTo: toAna.id, text: "no" });
    // A reply to one's own private message goes to the other one too.
    const third = await posted(anas, `reply ${second.id} or yes`);
    expect(third).to.include({ recipient: bob?.username, replyTo: second.id });
    const toMyself = await anas.accept(sendTo(ana?.username ?? "", "a note"));
    expect(await posted(anas, `reply ${toMyself.id} noted`)).to.include({ recipient: ana?.username });
  });

  it("a typed edit and a typed delete do what edit and delete do", async () => {
    const { id } = await anas.accept(sendAll("helo"));
    await anas.accept(typed(`EDIT ${id} hello  there \r\n`));
    expect((await anas.next("edited", (edited) => edited.messageId === id)).text).to.equal("hello  there ");
    await anas.accept(typed(`delete ${id}\n`));
    expect((await anas.next("deleted", (deleted) => deleted.messageId === id)).by).to.equal(ana?.username);
  });

  it("a typed command with a wrong id or a missing argument is answered with help, without an unknown command", async () => {
    const lines = ["tell", "tell bob", "tell bob ", "reply", "reply 1", "reply 1 ", "reply x hello", "edit", "edit 1"];
    const wrong = ["edit 1 ", "edit -1 x", "edit 1.0 x", "edit 0x1 x", "edit +1 x", "edit  1 x", "edit １ x"];
    const deletions = ["delete", "delete ", "delete x", "delete 1 ", "delete 1 2", "delete  1", "delete 1\t"];
    for (const line of [...lines, ...wrong, ...deletions]) {
      expect(expectKind("help", await anas.ask(typed(line))).unknownCommand, line).to.equal("");
    }
    expect(await server.history(ana as Person, { pageSize: 1 })).to.have.length(1);
  });

  it("help lists tell, reply, edit and delete behind the commands of before", async () => {
    const { commands } = expectKind("help", await anas.ask(help));
    expect(commands.map(({ usage }) => usage)).to.deep.equal([
      "sendall TEXT",
      "sendto NAME TEXT",
      "list",
      "logout",
      "help",
      "tell NAME TEXT",
      "reply ID TEXT",
      "edit ID TEXT",
      "delete ID",
    ]);
  });
});
