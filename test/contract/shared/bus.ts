import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { Bus, Notification } from "../../../src/server/log/ports/bus.ts";
import { message } from "../../support/messages.ts";
import { Listener, numbered, numberOf } from "../../support/notifications.ts";
import { range } from "../../support/storeFixture.ts";
import { ENTRIES_OF_EACH_KIND } from "../bus.ts";

/** A bus that several nodes share, and the server that carries its notifications. */
export interface SharedBus {
  /** Opens the bus of one more node. Resolves when it is connected. */
  open(): Promise<SharedBusNode>;
  /** Stops the server. Resolves when the nodes have noticed. */
  stop(): Promise<void>;
  /** Starts the server again. Resolves when the nodes are connected. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface SharedBusNode {
  readonly bus: Bus;
  /** Resolves when the server has received everything that this node has followed and published before. */
  taken(): Promise<void>;
}

/** Tests the contract of `Bus` (src/server/log/ports/bus.ts) between nodes. `describeBus` tests it within one node. */
export function describeSharedBus(name: string, begin: () => Promise<SharedBus>): void {
  describe(`The bus of ${name}, which several nodes share`, () => {
    let shared: SharedBus;
    let logId: string;
    beforeEach(async () => {
      shared = await begin();
      logId = randomUUID();
    });
    afterEach(() => shared?.close());

    const join = async (log = logId) => {
      const { bus, taken } = await shared.open();
      const listener = new Listener(bus);
      bus.follow(log);
      await taken();
      return { bus, taken, listener };
    };

    it("every kind of notification reaches the other nodes unchanged, in order and once", async () => {
      const [ana, bob, eve] = [await join(), await join(), await join()];
      const notifications: Notification[] = [
        { kind: "appended", logId, entries: ENTRIES_OF_EACH_KIND },
        { kind: "head-advanced", logId, headId: 12 },
        { kind: "truncated", logId, oldestId: 7 },
        { kind: "read", accountId: 3, upTo: 9 },
        { kind: "presence" },
        { kind: "sessions-ended", sessionIds: [1, 2, 3] },
        ...range(1, 200).map(numbered),
        numbered(1_000),
      ];
      for (const notification of notifications) ana.bus.publish(notification);
      for (const { listener } of [bob, eve]) {
        await listener.number(1_000);
        expect(listener.received).to.deep.equal(notifications);
      }
      await ana.taken();
      expect(ana.listener.received, "what the sender has heard").to.deep.equal(notifications);
    });

    it("a notification that a handler publishes arrives after the one it handles", async () => {
      const [ana, bob] = [await join(), await join()];
      ana.bus.subscribe((notification) => {
        const number = numberOf(notification) ?? 0;
        if (number < 10) ana.bus.publish(numbered(number + 1));
      });
      ana.bus.publish(numbered(1));
      await bob.listener.number(10);
      expect(bob.listener.numbers).to.deep.equal(range(1, 10));
    });

    it("any text reaches the other nodes exactly", async () => {
      const [ana, bob] = [await join(), await join()];
      let id = 0;
      const texts = fc.array(fc.string({ unit: "binary", minLength: 1 }), { minLength: 1, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(texts, async (some) => {
          const entries = some.map((text) => message(++id, { text }));
          const notification: Notification = { kind: "appended", logId, entries };
          ana.bus.publish(notification);
          await bob.listener.until(
            `message ${id}`,
            (heard) => heard.kind === "appended" && heard.entries.at(-1)?.id === id,
          );
          expect(bob.listener.received.at(-1)).to.deep.equal(notification);
        }),
        { numRuns: 50 },
      );
    });

    it("a batch that is too large reaches the other nodes as its newest id alone, in order", async () => {
      const [ana, bob] = [await join(), await join()];
      ana.bus.publish(numbered(1));
      const entries = range(1, 1_000).map((id) => message(id, { length: 4_096 }));
      ana.bus.publish({ kind: "appended", logId, entries });
      ana.bus.publish(numbered(2));
      await bob.listener.number(2);
      expect(bob.listener.received).to.deep.equal([
        numbered(1),
        { kind: "head-advanced", logId, headId: 1_000 },
        numbered(2),
      ]);
      expect(ana.listener.received[1], "what the sender has heard").to.deep.equal({
        kind: "appended",
        logId,
        entries,
      });
    });

    it("the notifications of each node stay in order if several nodes publish at once", async () => {
      const [ana, bob, eve] = [await join(), await join(), await join()];
      for (const i of range(1, 300)) {
        ana.bus.publish(numbered(i));
        bob.bus.publish(numbered(1_000 + i));
        // Flushes now and then, so that the notifications do not all leave in one write.
        if (i % 10 === 0) await ana.taken();
      }
      await eve.listener.number(300);
      await eve.listener.number(1_300);
      expect(eve.listener.numbers.filter((number) => number <= 1_000)).to.deep.equal(range(1, 300));
      expect(eve.listener.numbers.filter((number) => number > 1_000)).to.deep.equal(range(1_001, 1_300));
    });

    it("notifications reach only the nodes that follow the same log", async () => {
      const [ana, bob, eve] = [await join(), await join(), await join(randomUUID())];
      ana.bus.publish(numbered(1));
      await ana.taken();
      const renewed = randomUUID();
      for (const { bus, taken } of [ana, eve]) {
        bus.follow(renewed);
        await taken();
      }
      ana.bus.publish(numbered(2));
      await eve.listener.number(2);
      expect(eve.listener.numbers, "eve, who followed another log first").to.deep.equal([2]);
      await ana.taken();
      bob.bus.publish(numbered(3));
      await bob.taken();
      bob.bus.follow(renewed);
      await bob.taken();
      ana.bus.publish(numbered(4));
      await bob.listener.number(4);
      expect(bob.listener.numbers, "bob, who followed the new log later").to.deep.equal([1, 3, 4]);
      expect(ana.listener.numbers, "ana, who followed the new log at once").to.deep.equal([1, 2, 4]);
    });

    it("a bus that follows no log reaches its own node alone", async () => {
      const bob = await join();
      const { bus, taken } = await shared.open();
      const listener = new Listener(bus);
      bus.publish(numbered(1));
      bus.follow(logId);
      bus.publish(numbered(2));
      await taken();
      await bob.listener.number(2);
      expect(bob.listener.numbers).to.deep.equal([2]);
      expect(listener.numbers).to.deep.equal([1, 2]);
    });

    it("a bus reaches only its own node during an outage, and the other nodes again afterwards", async () => {
      const [ana, bob] = [await join(), await join()];
      await shared.stop();
      for (const i of range(1, 100)) ana.bus.publish(numbered(i));
      expect(ana.listener.numbers, "what the sender has heard").to.deep.equal(range(1, 100));
      await shared.start();
      for (const i of range(101, 200)) {
        ana.bus.publish(numbered(i));
        bob.bus.publish(numbered(1_000 + i));
      }
      await bob.listener.number(200);
      await ana.listener.number(1_200);
      expect(bob.listener.numbers.filter((number) => number <= 1_000)).to.deep.equal(range(101, 200));
      expect(ana.listener.numbers.filter((number) => number > 1_000)).to.deep.equal(range(1_101, 1_200));
    });

    it("a bus that was told of another log during an outage follows that log afterwards", async () => {
      const [ana, bob] = [await join(), await join()];
      await shared.stop();
      const renewed = randomUUID();
      for (const { bus } of [ana, bob]) bus.follow(renewed);
      await shared.start();
      const other = await join();
      other.bus.publish(numbered(1));
      await other.taken();
      ana.bus.publish(numbered(2));
      await bob.listener.number(2);
      expect(bob.listener.numbers).to.deep.equal([2]);
    });
  });
}
