import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import { join, sendAll } from "../support/commands.ts";
import { DEADLINE } from "../support/deadline.ts";
import { chatter, fill } from "../support/fill.ts";
import { type Person, useServer } from "../support/server.ts";
import type { Connection } from "../support/wire.ts";

describeBothWays("Streams that are opened and cancelled", function () {
  this.timeout(120_000);
  const server = useServer({ timings: { graceMs: 1 } });
  let ana: Person;
  let bob: Person;

  before(async () => {
    [ana, bob] = await server.people("ana", "bob");
    await fill(server, chatter(ana, 5000, 500));
  });

  /** The streams, readers and listeners that the server has, and that a cancelled stream could leave. */
  function counts() {
    const { streams, readers, readersBehind } = server.chatServer.stats();
    const listeners = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    return { streams, readers, readersBehind, listeners };
  }

  /** Waits until the counts are as before, at most as long as a test waits for anything. */
  async function expectBack(before: ReturnType<typeof counts>): Promise<void> {
    const until = Date.now() + DEADLINE;
    while (JSON.stringify(counts()) !== JSON.stringify(before) && Date.now() < until) await server.online(bob);
    expect(counts()).to.deep.equal(before);
  }

  /** Waits until the roster has no user any more. */
  async function expectNobodyOnline(): Promise<void> {
    const until = Date.now() + DEADLINE;
    let online = await server.online(bob);
    while (online.length > 0 && Date.now() < until) online = await server.online(bob);
    expect(online).to.deep.equal([]);
  }

  const ways: Record<string, (wire: Connection) => Promise<void>> = {
    "before any response": async (wire) => {
      const chat = wire.chat(ana.token);
      chat.cancel();
      await chat.end();
    },
    "after welcome": async (wire) => {
      const chat = wire.chat(ana.token);
      await chat.next("welcome");
      chat.cancel();
      await chat.end();
    },
    "after the join": async (wire) => {
      const chat = wire.chat(ana.token);
      chat.send(join());
      await chat.next("caughtUp");
      chat.cancel();
      await chat.end();
    },
    "in the middle of a replay that is not read": async (wire) => {
      const chat = wire.chat(ana.token);
      await chat.next("welcome");
      chat.pause();
      chat.send(join({ resumeAfter: 0n }));
      chat.cancel();
      await chat.end();
    },
    "with a message in flight": async (wire) => {
      const chat = wire.chat(ana.token);
      for (let i = 0; i < 3; i++) chat.send(sendAll("in flight"));
      chat.cancel();
      await chat.end();
    },
    "as grpc-js cancels, with a message in flight": async (wire) => {
      const chat = wire.chat(ana.token);
      await chat.next("welcome");
      chat.send(sendAll("in flight"));
      chat.cancelAsGrpcJs();
      await chat.end();
    },
  };
  const cases = Object.entries(ways).flatMap(([what, openAndCancel]) => [
    {
      title: `100 cancelled streams (${what}) leave as many streams, readers and listeners as there were`,
      openAndCancel,
      perConnection: 10,
    },
    {
      title: `1,000 cancelled streams (${what}) leave as many streams, readers and listeners as there were @long`,
      openAndCancel,
      perConnection: 100,
    },
  ]);
  for (const { title, openAndCancel, perConnection } of cases) {
    it(title, async () => {
      const before = counts();
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const wire = await server.connect();
          for (let i = 0; i < perConnection; i++) await openAndCancel(wire);
          wire.close();
        }),
      );
      await expectBack(before);
    });
  }

  it("1,000 streams on cut connections leave as many streams, readers and listeners as there were", async () => {
    const before = counts();
    for (let i = 0; i < 20; i++) {
      const wire = await server.connect();
      const chats = Array.from({ length: 50 }, () => wire.chat(ana.token));
      for (const [n, chat] of chats.entries()) chat.send(n % 2 === 0 ? join() : join({ resumeAfter: 0n }));
      await Promise.all(chats.slice(0, 10).map((chat) => chat.next("welcome")));
      wire.cut();
      await Promise.all(chats.map((chat) => chat.end()));
    }
    await expectBack(before);
    await expectNobodyOnline();
  });
});
