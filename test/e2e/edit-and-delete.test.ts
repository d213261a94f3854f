import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import { edit, remove, sendAll, sendTo } from "../support/commands.ts";
import { useServer } from "../support/server.ts";

describeBothWays("Edits and deletions", function () {
  this.timeout(60_000);
  const server = useServer();

  it("an edit reaches every user who may see the message, and the sender too, as the same entry", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chats = [await server.enter(ana), await server.enter(ana), await server.enter(bob)] as const;
    const first = await chats[0].accept(sendAll("helo"));
    const accepted = await chats[0].accept(edit(first.id, "hello"), "an edit");
    expect(accepted).to.deep.include({ id: first.id + 1n, requestId: "an edit", duplicate: false });
    for (const chat of chats) {
      const expected = {
        id: accepted.id,
        messageId: first.id,
        text: "hello",
        editedAt: accepted.sentAt,
        requestId: "",
      };
      expect(await chat.next("edited")).to.deep.equal(expected);
    }
  });

  it("a deletion reaches every user who could see the message, with the name of the account", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chats = [await server.enter(ana), await server.enter(bob)] as const;
    const { id: messageId } = await chats[0].accept(sendAll("oops"));
    const { id, sentAt } = await chats[0].accept(remove(messageId));
    for (const chat of chats) {
      const expected = { id, messageId, deletedAt: sentAt, by: ana.username, requestId: "" };
      expect(await chat.next("deleted")).to.deep.equal(expected);
    }
  });

  it("the edit and the deletion of a private message reach its two users on all streams, and no other user", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const theirs = [await server.enter(ana), await server.enter(bob), await server.enter(bob)] as const;
    const eves = await server.enter(eve);
    const { id } = await theirs[0].accept(sendTo(bob.username, "betwen us"));
    const edited = await theirs[0].accept(edit(id, "between us"));
    const deleted = await theirs[0].accept(remove(id));
    const last = await theirs[0].accept(sendAll("for all"));
    for (const chat of theirs) {
      expect((await chat.next("deleted")).id).to.equal(deleted.id);
      // The deletion may overtake the edit, which is then not sent any more.
      expect(edited.id).to.equal(id + 1n);
      for (const one of chat.received("edited")) expect(one.messageId).to.equal(id);
    }
    await eves.next("message", (message) => message.id === last.id);
    for (const kind of ["edited", "deleted"] as const) expect(eves.received(kind)).to.deep.equal([]);
  });

  it("the cursor of a response with an edit or a deletion covers it, and times never fall as ids grow", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("one"));
    const times = [];
    for (const command of [edit(id, "two"), sendAll("other"), remove(id)]) {
      times.push(Number((await chat.accept(command)).sentAt));
    }
    await chat.next("deleted");
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    const changes = chat.responses.flatMap(({ events, cursor }) =>
      events.flatMap(({ event }) =>
        event?.$case === "edited" || event?.$case === "deleted" ? [{ id: event.value.id, cursor }] : [],
      ),
    );
    expect(changes.at(-1)?.id).to.equal(id + 3n);
    for (const change of changes) expect(change.cursor >= change.id).to.equal(true);
  });
});

describe("The state of a message", function () {
  this.timeout(60_000);
  const server = useServer();

  it("an edit changes the text and edited_at of the message, and nothing else, on every path", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    const { id: replyTo } = await chat.accept(sendAll("a question"));
    const { id, sentAt } = await chat.accept(sendTo(bob.username, "an anser", { replyTo }));
    const { sentAt: editedAt } = await chat.accept(edit(id, "an answer"));
    const expected = {
      id,
      sender: ana.username,
      recipient: bob.username,
      text: "an answer",
      sentAt,
      editedAt,
      replyTo,
    };
    const resumed = await server.enter(bob, { resumeAfter: id - 1n });
    expect(resumed.messages).to.deep.equal([{ ...expected, requestId: "" }]);
    const recent = await server.enter(bob, { recent: 1 });
    expect(recent.messages).to.deep.equal([{ ...expected, requestId: "" }]);
    const page = await server.with((wire) => wire.history(bob.token, { pageSize: 1 }));
    expect(page.messages).to.deep.equal([expected]);
  });

  it("an edit to the text that is already there is an ordinary entry", async () => {
    const chat = await server.enter(await server.person("ana"));
    const { id } = await chat.accept(sendAll("the same"));
    expect(await chat.accept(edit(id, "the same"))).to.include({ id: id + 1n, duplicate: false });
    expect(await chat.next("edited")).to.include({ id: id + 1n, messageId: id, text: "the same" });
    expect(await chat.accept(edit(id, "the same"))).to.include({ id: id + 2n, duplicate: false });
  });

  it("every session of the account that sent a message may edit and delete it, also after a restart", async () => {
    const ana = await server.person("ana");
    const { id } = await (await server.enter(ana)).accept(sendAll("from one device"));
    await (await server.enter(await server.login(ana))).accept(edit(id, "from another one"));
    await server.restart();
    expect((await server.enter(ana, { resumeAfter: id - 1n })).messages[0]?.text).to.equal("from another one");
    await (await server.enter(await server.login(ana))).accept(remove(id));
    await server.restart();
    expect((await server.enter(ana, { resumeAfter: id - 1n })).messages).to.deep.equal([]);
  });

  it("a deleted message is on no path any more, and its id is not given again, not even after a restart", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const before = await chat.accept(sendAll("before"));
    const { id } = await chat.accept(sendAll("deleted"));
    const deleted = await chat.accept(remove(id));
    await server.restart();
    const again = await server.enter(ana, { resumeAfter: before.id - 1n });
    expect(again.messages.map(({ text }) => text)).to.deep.equal(["before"]);
    expect((await server.enter(ana, { recent: 1 })).messages.map(({ text }) => text)).to.deep.equal(["before"]);
    expect(await server.history(ana, { pageSize: 1 })).to.deep.equal(["before"]);
    expect((await again.accept(sendAll("after"))).id).to.equal(deleted.id + 1n);
  });

  it("a stream gets the newest edit and the deletion after its cursor, and none that was superseded", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("kept"));
    const { id: gone } = await chat.accept(sendAll("deleted"));
    for (const [target, text] of [
      [id, "kept, once"],
      [gone, "deleted, once"],
      [id, "kept, twice"],
    ] as const) {
      await chat.accept(edit(target, text));
    }
    const deletion = await chat.accept(remove(gone));
    const changes = (stream: typeof chat) => [
      ...stream.received("edited").map((event) => [event.id, event.messageId, event.text]),
      ...stream.received("deleted").map((event) => [event.id, event.messageId]),
    ];
    const all = [
      [id + 4n, id, "kept, twice"],
      [deletion.id, gone],
    ];
    const fromBefore = await server.enter(ana, { resumeAfter: id - 1n });
    expect(fromBefore.messages.map((message) => [message.id, message.text])).to.deep.equal([[id, "kept, twice"]]);
    expect(changes(fromBefore)).to.deep.equal(all);
    const fromBetween = await server.enter(ana, { resumeAfter: gone });
    expect(fromBetween.messages).to.deep.equal([]);
    expect(changes(fromBetween)).to.deep.equal(all);
    const fromTheLastEdit = await server.enter(ana, { resumeAfter: id + 4n });
    expect(changes(fromTheLastEdit)).to.deep.equal(all.slice(1));
    expect((await fromTheLastEdit.accept(sendAll("and on"))).id).to.equal(deletion.id + 1n);
  });

  it("a stream that joins without resume_after gets no change up to the head, and each one after it", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("kept"));
    const { id: gone } = await chat.accept(sendAll("deleted"));
    await chat.accept(edit(id, "edited"));
    await chat.accept(remove(gone));
    const streams = [await server.enter(ana), await server.enter(ana, { recent: 1 })] as const;
    const later = await chat.accept(edit(id, "edited again"));
    for (const stream of streams) {
      expect((await stream.next("edited")).id).to.equal(later.id);
      expect(stream.received("edited")).to.have.length(1);
      expect(stream.received("deleted")).to.deep.equal([]);
    }
    expect(streams[1].messages.map(({ text }) => text)).to.deep.equal(["edited"]);
  });

  it("what two streams send at once about one message has one order, and all streams end with the same", async () => {
    const [ana, eve] = await server.people("ana", "eve");
    const [one, two] = [await server.enter(ana), await server.enter(ana)] as const;
    const watching = await server.enter(eve);
    for (let round = 0; round < 5; round += 1) {
      const { id } = await one.accept(sendAll("contested"));
      const replies = await Promise.all([
        one.ask(edit(id, `edit ${round}`)),
        two.ask(remove(id)),
        one.ask(remove(id)),
        two.ask(edit(id, `late ${round}`)),
      ]);
      const deletions = [replies[1], replies[2]].map(({ event }) => event?.$case).toSorted();
      expect(deletions).to.deep.equal(["accepted", "rejected"]);
      // The second stream sent its edit behind its deletion, so one of the two deletions is before it.
      expect(replies[3].event?.$case).to.equal("rejected");
      await watching.next("deleted", (deleted) => deleted.messageId === id);
      expect(await server.history(eve, { beforeId: id + 1n, pageSize: 1 })).to.not.include("contested");
    }
    expect(watching.received("deleted")).to.have.length(5);
  });
});
