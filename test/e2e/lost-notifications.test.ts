import { expect } from "chai";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import { sendAll } from "../support/commands.ts";
import { withPort } from "../support/engines.ts";
import { type TestServerOptions, useServer } from "../support/server.ts";

/** A bus that does something else with the hints that the log has grown. */
function bus(change: (hint: Notification, publish: (hint: Notification) => void) => void): TestServerOptions {
  return {
    wrap: (engines) =>
      withPort(engines, "bus", {
        publish: (hint) => {
          if (hint.kind === "appended") change(hint, (changed) => engines.bus.publish(changed));
          else engines.bus.publish(hint);
        },
      }),
  };
}

let late: Notification | undefined;
let count = 0;
const buses: Record<string, TestServerOptions> = {
  doubled: bus((hint, publish) => {
    publish(hint);
    publish(hint);
  }),
  "late by one": bus((hint, publish) => {
    if (late) publish(late);
    late = hint;
  }),
  "in the wrong order": bus((hint, publish) => {
    if (late) {
      publish(hint);
      publish(late);
      late = undefined;
    } else late = hint;
  }),
  "lost two times out of three": bus((hint, publish) => {
    if (++count % 3 === 0) publish(hint);
  }),
  "all lost": bus(() => {}),
  "those of another log": bus((hint, publish) => publish({ ...hint, logId: "another log" } as Notification)),
};

for (const [what, options] of Object.entries(buses)) {
  describe(`Hints that the log has grown, ${what}`, function () {
    this.timeout(60_000);
    const server = useServer(options);

    it("lose no message, double none, and leave them in order", async () => {
      const [ana, bob] = await server.people("ana", "bob");
      const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
      const ids: bigint[] = [];
      for (let i = 0; i < 30; i++) ids.push((await anas.accept(sendAll(`${i}`))).id);
      for (const chat of [anas, bobs]) {
        await chat.next("message", (message) => message.id === ids.at(-1));
        expect(chat.messages.map((message) => message.id)).to.deep.equal(ids);
      }
    });
  });
}

describe("Hints that somebody has come or gone, all lost", function () {
  this.timeout(60_000);
  const server = useServer({
    timings: { graceMs: 100 },
    wrap: (engines) =>
      withPort(engines, "bus", {
        publish: (hint) => {
          if (hint.kind !== "presence") engines.bus.publish(hint);
        },
      }),
  });

  it("keep nobody from hearing of it", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const bobs = await server.enter(bob);
    expect(await anas.next("presence")).to.deep.include({ joined: [bob.username], left: [] });
    bobs.cancel();
    expect(await anas.next("presence")).to.deep.include({ joined: [], left: [bob.username] });
  });
});
