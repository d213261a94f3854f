import { expect } from "chai";
import type { Bus, Notification } from "../../src/server/log/ports/bus.ts";
import { range } from "../support/storeFixture.ts";

/** The contract of the bus (`src/server/log/ports/bus.ts`) within one node. `open`: a bus without handlers. */
export function describeBus(name: string, open: () => Promise<{ bus: Bus; close(): Promise<void> }>): void {
  describe(`The bus of ${name}`, () => {
    let bus: Bus;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ bus, close } = await open());
    });
    afterEach(() => close());

    /** A notification that carries a number. */
    const numbered = (number: number): Notification => ({ kind: "sessions-ended", sessionIds: [number] });
    const numberOf = (notification: Notification) =>
      notification.kind === "sessions-ended" ? notification.sessionIds[0] : undefined;

    it("a bus delivers every kind of notification unchanged, and to local handlers before publish returns", () => {
      const notifications: Notification[] = [
        {
          kind: "appended",
          logId: "log",
          messages: [
            { id: 1, senderId: 2, sender: "ana", recipientId: 0, recipient: "", text: "\u{1f600}\r\n", sentAt: 3 },
            { id: 2, senderId: 2, sender: "ana", recipientId: 5, recipient: "bob", text: "-", sentAt: 3 },
          ],
        },
        { kind: "head-advanced", logId: "log", headId: 12 },
        { kind: "truncated", logId: "log", oldestId: 7 },
        { kind: "presence" },
        { kind: "sessions-ended", sessionIds: [1, 2, 3] },
      ];
      const received: Notification[] = [];
      bus.subscribe((notification) => received.push(notification));
      for (const [i, notification] of notifications.entries()) {
        bus.publish(notification);
        expect(received).to.have.length(i + 1);
      }
      expect(received).to.deep.equal(notifications);
    });

    it("a bus delivers to all handlers in the order of publishing", () => {
      const received: (number | undefined)[][] = [[], []];
      for (const handler of received) bus.subscribe((notification) => handler.push(numberOf(notification)));
      for (const number of range(1, 50)) bus.publish(numbered(number));
      expect(received).to.deep.equal([range(1, 50), range(1, 50)]);
    });

    it("an unsubscribed handler receives nothing more, and the others are unaffected", () => {
      const received: string[] = [];
      const stop = bus.subscribe(() => received.push("first"));
      bus.subscribe(() => received.push("second"));
      bus.publish(numbered(1));
      stop();
      stop();
      bus.publish(numbered(2));
      expect(received).to.deep.equal(["first", "second", "second"]);
    });

    it("local handlers receive notifications before and after follow, and after another follow", () => {
      const received: (number | undefined)[] = [];
      bus.subscribe((notification) => received.push(numberOf(notification)));
      bus.publish(numbered(1));
      for (const [i, logId] of ["log", "log", "another-log"].entries()) {
        bus.follow(logId);
        bus.publish(numbered(i + 2));
      }
      expect(received).to.deep.equal(range(1, 4));
    });

    it("a bus accepts notifications without a handler", () => {
      bus.publish(numbered(1));
    });

    it("publish does not throw if a handler throws, and reaches the other handlers", () => {
      const received: Notification[] = [];
      bus.subscribe(() => {
        throw new Error("this handler is broken");
      });
      bus.subscribe((notification) => received.push(notification));
      bus.publish(numbered(1));
      expect(received).to.have.length(1);
    });
  });
}
