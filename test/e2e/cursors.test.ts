import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { sendAll, sendTo } from "../support/commands.ts";
import { useServer } from "../support/server.ts";

/** Checks the invariants of the cursor on a stream that had no gap. */
function expectSoundCursors(chat: ChatStream): void {
  let last = 0n;
  for (const { events, cursor } of chat.responses) {
    const ids = events.flatMap(({ event }) =>
      event?.$case === "message" || event?.$case === "caughtUp" ? [event.value.id] : [],
    );
    for (const id of ids) expect(cursor >= id, `a response with ${id} has the cursor ${cursor}`).to.equal(true);
    if (cursor === 0n) continue;
    expect(cursor >= last, `the cursor went from ${last} to ${cursor}`).to.equal(true);
    last = cursor;
  }
}

describeBothWays("The cursor", function () {
  this.timeout(60_000);
  const server = useServer({ timings: { cursorIntervalMs: 100 } });

  it("the cursor of a response is at least the id of each message and caught_up in it, and never falls", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana, { resumeAfter: 0n });
    const bobs = await server.enter(bob, { resumeAfter: 0n });
    for (let i = 0; i < 50; i++) {
      anas.send(sendAll(`public ${i}`));
      anas.send(sendTo(bob.username, `private ${i}`));
      bobs.send(sendTo(bob.username, `to myself ${i}`));
    }
    await anas.accept(sendAll("last"));
    await bobs.next("message", (message) => message.text === "last");
    await anas.next("message", (message) => message.text === "last");
    for (const chat of [anas, bobs]) expectSoundCursors(chat);
    expectSoundCursors(await server.enter(bob, { resumeAfter: 0n }));
  });

  it("the cursor is 0 in a response that does not move it", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    await chat.refuse(sendAll(""));
    const response = chat.responses.find(({ events }) => events[0]?.event?.$case === "rejected");
    expect(response?.cursor).to.equal(0n);
  });

  it("a response without events moves the cursor past messages that this user may not see", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const [anas, eves] = [await server.enter(ana), await server.enter(eve)];
    await server.enter(bob);
    const { id } = await anas.accept(sendTo(bob.username, "not for eve"));
    await eves.until(`the cursor ${id}`, () => ((eves.cursor ?? 0n) >= id ? true : undefined));
    const moved = eves.responses.filter(({ events }) => events.length === 0);
    expect(moved.length).to.be.at.least(1);
    for (const { cursor } of moved) expect(cursor > 0n).to.equal(true);
    expect(eves.messages).to.deep.equal([]);

    const again = await server.enter(eve, { resumeAfter: eves.cursor ?? 0n });
    expect(again.messages).to.deep.equal([]);
  });
});

describe("The cursor of a user who may not see the messages", function () {
  this.timeout(60_000);
  const server = useServer();

  it("the cursor of a user moves at most once while 100 messages come that the user may not see", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const [anas, eves] = [await server.enter(ana), await server.enter(eve)];
    await server.enter(bob);
    for (let i = 0; i < 100; i++) await anas.accept(sendTo(bob.username, "not for eve"));
    const { id } = await anas.accept(sendAll("for all"));
    await eves.next("message");
    expect(eves.responses.filter(({ events }) => events.length === 0).length).to.be.at.most(1);
    expect(eves.cursor).to.equal(id);
  });
});
