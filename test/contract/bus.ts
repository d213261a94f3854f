import { expect } from "chai";
import type { Bus, Hint } from "../../src/server/room/ports/bus.ts";
import { range } from "./support.ts";

/** What every bus keeps to (room/ports/bus.ts), as one node sees it. `open`: one that nobody listens to. */
export function describeBus(name: string, open: () => Promise<{ bus: Bus; close(): Promise<void> }>): void {
  describe(`The bus of ${name}`, () => {
    let bus: Bus;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ bus, close } = await open());
    });
    afterEach(() => close());

    const came = (username: string): Hint => ({ kind: "presence", username, online: true });

    it("carries every kind of hint as it is, and the sender's own handlers have run when publish returns", () => {
      const hints: Hint[] = [
        {
          kind: "grown",
          logId: "log",
          messages: [
            { id: 1, senderId: 2, sender: "ana", recipientId: 0, recipient: "", text: "\u{1f600}\r\n", sentAt: 3 },
            { id: 2, senderId: 2, sender: "ana", recipientId: 5, recipient: "bob", text: "-", sentAt: 3 },
          ],
        },
        { kind: "forgotten", logId: "log", oldestId: 7 },
        { kind: "presence", username: "ana", online: false },
        { kind: "sessions-ended", sessionIds: [1, 2, 3] },
      ];
      const heard: Hint[] = [];
      bus.subscribe((hint) => heard.push(hint));
      for (const [i, hint] of hints.entries()) {
        bus.publish(hint);
        expect(heard).to.have.length(i + 1);
      }
      expect(heard).to.deep.equal(hints);
    });

    it("reaches all who listen, in the order of publishing", () => {
      const heard: string[][] = [[], []];
      for (const mine of heard) bus.subscribe((hint) => mine.push(hint.kind === "presence" ? hint.username : ""));
      const names = range(1, 50).map((i) => `user-${i}`);
      for (const username of names) bus.publish(came(username));
      expect(heard).to.deep.equal([names, names]);
    });

    it("reaches nobody who has stopped listening, and the others as before", () => {
      const heard: string[] = [];
      const stop = bus.subscribe(() => heard.push("first"));
      bus.subscribe(() => heard.push("second"));
      bus.publish(came("ana"));
      stop();
      stop();
      bus.publish(came("bob"));
      expect(heard).to.deep.equal(["first", "second", "second"]);
    });

    it("takes hints that nobody listens to", () => {
      bus.publish(came("ana"));
    });

    it("does not throw, and reaches the others, where a handler throws", () => {
      const heard: Hint[] = [];
      bus.subscribe(() => {
        throw new Error("this handler is broken");
      });
      bus.subscribe((hint) => heard.push(hint));
      bus.publish(came("ana"));
      expect(heard).to.have.length(1);
    });
  });
}
