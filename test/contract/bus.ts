import { expect } from "chai";
import type { Entry } from "../../src/server/log/entry.ts";
import type { Bus, Notification } from "../../src/server/log/ports/bus.ts";
import { deleted, edited, erasedAt, message } from "../support/messages.ts";
import { numbered, numberOf } from "../support/notifications.ts";
import { range } from "../support/storeFixture.ts";

/** Entries of every kind, with consecutive ids. */
export const ENTRIES_OF_EACH_KIND: readonly Entry[] = [
  message(1, { text: "\u{1f600}\r\n" }),
  { ...message(2, { from: 2, to: 5 }), replyTo: 1 },
  { ...message(3), editId: 9, editedAt: 1_700_000_000_009 },
  edited(4, 2, { from: 2, to: 5, text: "\u{1f600}" }),
  erasedAt(5),
  deleted(6, 2, { from: 2, to: 5 }),
  { ...deleted(7, 1), byId: 0, by: "" },
];

/** Tests the contract of `Bus` (src/server/log/ports/bus.ts) within one node. `open` opens a bus without handlers. */
export function describeBus(name: string, open: () => Promise<{ bus: Bus; close(): Promise<void> }>): void {
  describe(`The bus of ${name}`, () => {
    let bus: Bus;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ bus, close } = await open());
    });
    afterEach(() => close());

    it("a bus delivers every kind of notification unchanged, and to local handlers before publish returns", () => {
      const notifications: Notification[] = [
        {
          kind: "appended",
          logId: "log",
          entries: ENTRIES_OF_EACH_KIND,
        },
        { kind: "head-advanced", logId: "log", headId: 12 },
        { kind: "truncated", logId: "log", oldestId: 7 },
        { kind: "read", accountId: 3, upTo: 9 },
        { kind: "presence" },
        { kind: "sessions-ended", sessionIds: [1, 2, 3] },
      ];
      const heard: Notification[] = [];
      bus.subscribe((notification) => heard.push(notification));
      for (const [i, notification] of notifications.entries()) {
        bus.publish(notification);
        expect(heard).to.have.length(i + 1);
      }
      expect(heard).to.deep.equal(notifications);
    });

    it("a bus delivers to all handlers in the order of publishing", () => {
      const heard: (number | undefined)[][] = [[], []];
      for (const mine of heard) bus.subscribe((notification) => mine.push(numberOf(notification)));
      for (const number of range(1, 50)) bus.publish(numbered(number));
      expect(heard).to.deep.equal([range(1, 50), range(1, 50)]);
    });

    it("an unsubscribed handler receives nothing more, and the others are unaffected", () => {
      const heard: string[] = [];
      const stop = bus.subscribe(() => heard.push("first"));
      bus.subscribe(() => heard.push("second"));
      bus.publish(numbered(1));
      stop();
      stop();
      bus.publish(numbered(2));
      expect(heard).to.deep.equal(["first", "second", "second"]);
    });

    it("local handlers receive every notification: before follow, after it, and after a follow of another log", () => {
      const heard: (number | undefined)[] = [];
      bus.subscribe((notification) => heard.push(numberOf(notification)));
      bus.publish(numbered(1));
      for (const [i, logId] of ["log", "log", "another-log"].entries()) {
        bus.follow(logId);
        bus.publish(numbered(i + 2));
      }
      expect(heard).to.deep.equal(range(1, 4));
    });

    it("a bus accepts notifications without a handler", () => {
      bus.publish(numbered(1));
    });

    it("publish does not throw if a handler throws, and reaches the other handlers", () => {
      const heard: Notification[] = [];
      bus.subscribe(() => {
        throw new Error("this handler is broken");
      });
      bus.subscribe((notification) => heard.push(notification));
      bus.publish(numbered(1));
      expect(heard).to.have.length(1);
    });
  });
}
