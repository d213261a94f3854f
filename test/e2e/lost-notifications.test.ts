import { expect } from "chai";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import { edit, remove, sendAll } from "../support/commands.ts";
import { withPort } from "../support/engines.ts";
import { type TestServerOptions, useServer } from "../support/server.ts";

/** Options of a server whose bus changes the notifications of appended messages. */
function bus(
  change: (notification: Notification, publish: (notification: Notification) => void) => void,
): TestServerOptions {
  return {
    wrap: (engines) =>
      withPort(engines, "bus", {
        publish: (notification) => {
          if (notification.kind === "appended") change(notification, (changed) => engines.bus.publish(changed));
          else engines.bus.publish(notification);
        },
      }),
  };
}

let late: Notification | undefined;
let count = 0;
const buses: Record<string, TestServerOptions> = {
  duplicated: bus((notification, publish) => {
    publish(notification);
    publish(notification);
  }),
  "late by one": bus((notification, publish) => {
    if (late) publish(late);
    late = notification;
  }),
  "in the wrong order": bus((notification, publish) => {
    if (late) {
      publish(notification);
      publish(late);
      late = undefined;
    } else late = notification;
  }),
  "lost two times out of three": bus((notification, publish) => {
    if (++count % 3 === 0) publish(notification);
  }),
  "all lost": bus(() => {}),
  "of another log": bus((notification, publish) => publish({ ...notification, logId: "another log" } as Notification)),
};

for (const [what, options] of Object.entries(buses)) {
  describe(`Notifications of appended messages, ${what}`, function () {
    this.timeout(60_000);
    const server = useServer(options);

    it(`notifications that are ${what} lose no message, duplicate none, and keep the order`, async () => {
      const [ana, bob] = await server.people("ana", "bob");
      const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
      const ids: bigint[] = [];
      for (let i = 0; i < 30; i++) ids.push((await anas.accept(sendAll(`${i}`))).id);
      for (const chat of [anas, bobs]) {
        await chat.next("message", (message) => message.id === ids.at(-1));
        expect(chat.messages.map((message) => message.id)).to.deep.equal(ids);
      }
    });

    it(`notifications that are ${what} leave every client with the newest texts, and no deleted one`, async () => {
      const [ana, bob] = await server.people("ana", "bob");
      const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
      const { id } = await anas.accept(sendAll("edited"));
      const { id: gone } = await anas.accept(sendAll("deleted"));
      for (let i = 0; i < 5; i++) {
        await anas.accept(edit(id, `edit ${i}`));
        await anas.accept(edit(gone, `edit ${i} of the deleted`));
      }
      const deletion = await anas.accept(remove(gone));
      const resumed = await server.enter(bob, { resumeAfter: id - 1n });
      expect(resumed.messages.map(({ text }) => text)).to.deep.equal(["edit 4"]);
      for (const chat of [anas, bobs, resumed]) {
        await chat.next("deleted", (event) => event.id === deletion.id);
        expect(chat.received("edited").findLast(({ messageId }) => messageId === id)?.text).to.equal("edit 4");
      }
    });
  });
}

describe("Presence notifications, all lost", function () {
  this.timeout(60_000);
  const server = useServer({
    timings: { graceMs: 100 },
    wrap: (engines) =>
      withPort(engines, "bus", {
        publish: (notification) => {
          if (notification.kind !== "presence") engines.bus.publish(notification);
        },
      }),
  });

  it("a client hears who joined and left although all presence notifications are lost", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const bobs = await server.enter(bob);
    expect(await anas.next("presence")).to.deep.include({ joined: [bob.username], left: [] });
    bobs.cancel();
    expect(await anas.next("presence")).to.deep.include({ joined: [], left: [bob.username] });
  });
});
