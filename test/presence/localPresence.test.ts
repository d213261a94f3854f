import { expect } from "chai";
import { LocalBus, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { LocalPresence } from "../../src/server/presence/localPresence.ts";
import { within } from "../support/deadline.ts";
import { Gate, gated } from "../support/engines.ts";
import { isSettled, turns } from "../support/eventLoop.ts";
import { session } from "./session.ts";

/** Longer than any test, so that no grace ends. */
const LONG_MS = 10 * 60 * 1_000;

describe("LocalPresence", () => {
  let stop = () => {};
  afterEach(() => stop());

  function setUp(graceMs = LONG_MS) {
    const gate = new Gate();
    const roster = new MemoryRoster();
    const bus = new LocalBus();
    let notifications = 0;
    let now = 1_700_000_000_000;
    let notified = Promise.withResolvers<void>();
    bus.subscribe((notification) => {
      if (notification.kind !== "presence") return;
      notifications += 1;
      notified.resolve();
      notified = Promise.withResolvers<void>();
    });
    // A slow roster, like one that several nodes share.
    const slow = gated(roster, gate, "arrive", "leave");
    const presence = new LocalPresence(slow, () => bus.publish({ kind: "presence" }), {
      graceMs,
      clock: Date.now,
      stopwatch: () => now,
    });
    stop = () => presence.stop();
    return {
      presence,
      roster,
      gate,
      /** The changes of the roster. Expects one notification for each. */
      changes: async () => {
        const { changes = [] } = await roster.changes(0);
        expect(notifications, "notifications").to.equal(changes.length);
        return changes.map(({ username, online }) => `${online ? "+" : "-"}${username}`);
      },
      /** Removes ana from the roster, as another node does. */
      removeAna: async () => {
        await roster.leave(1);
        bus.publish({ kind: "presence" });
      },
      isOnline: async (username = "ana") => (await roster.find(username)) !== undefined,
      since: async () => (await roster.find("ana"))?.since,
      pass: (milliseconds: number) => {
        now += milliseconds;
      },
      next: () => within(notified.promise, "a notification of presence"),
    };
  }

  it("a user is online from the join of a stream on, and the change is published once", async () => {
    const { presence, isOnline, changes } = setUp();
    expect(await isOnline()).to.equal(false);
    await presence.join(session(1));
    expect(await isOnline()).to.equal(true);
    expect(await changes()).to.deep.equal(["+ana"]);
  });

  it("a user is offline after the client has left", async () => {
    const { presence, isOnline, changes } = setUp();
    await presence.join(session(1));
    await presence.leave(session(1), "left");
    expect(await isOnline()).to.equal(false);
    expect(await changes()).to.deep.equal(["+ana", "-ana"]);
  });

  it("a user is online while any of their streams is joined, of any session", async () => {
    const { presence, isOnline, changes } = setUp();
    await presence.join(session(1));
    await presence.join(session(1));
    await presence.join(session(2));
    await presence.leave(session(1), "left");
    await presence.leave(session(2), "left");
    expect(await isOnline()).to.equal(true);
    await presence.leave(session(1), "left");
    expect(await isOnline()).to.equal(false);
    expect(await changes()).to.deep.equal(["+ana", "-ana"]);
  });

  it("a new session makes a user online again who was removed from the roster by another node", async () => {
    const { presence, isOnline, changes, removeAna } = setUp();
    await presence.join(session(1));
    // Another node has ended all sessions so far, and this node does not know it yet.
    await removeAna();
    await presence.join(session(1));
    expect(await isOnline(), "with a session that has ended").to.equal(false);
    await presence.join(session(2));
    expect(await isOnline()).to.equal(true);
    await presence.revoke(1);
    expect(await isOnline()).to.equal(true);
    await presence.leave(session(2), "left");
    expect(await isOnline()).to.equal(false);
    expect(await changes()).to.deep.equal(["+ana", "-ana", "+ana", "-ana"]);
  });

  it("a user stays online for the grace after a stream broke off, and no longer", async () => {
    const { presence, isOnline, changes, next, pass } = setUp(20);
    await presence.join(session(1));
    await presence.leave(session(1), "broke-off");
    expect(await isOnline()).to.equal(true);
    const gone = next();
    pass(20);
    await gone;
    expect(await isOnline()).to.equal(false);
    expect(await changes()).to.deep.equal(["+ana", "-ana"]);
  });

  it("a user who returns within the grace stays online, and no change is published", async () => {
    const { presence, since, changes, pass } = setUp();
    await presence.join(session(1));
    const first = await since();
    await presence.leave(session(1), "broke-off");
    pass(1_000);
    await presence.join(session(1));
    await turns(3);
    expect(await since()).to.equal(first);
    expect(await changes()).to.deep.equal(["+ana"]);
  });

  it("a user stays online if one stream left while another one is within its grace", async () => {
    const { presence, isOnline } = setUp();
    await presence.join(session(1));
    await presence.join(session(2));
    await presence.leave(session(1), "broke-off");
    await presence.leave(session(2), "left");
    expect(await isOnline()).to.equal(true);
  });

  it("a user stays online until the last of several graces has ended", async () => {
    const { presence, isOnline, next, pass } = setUp(30);
    await presence.join(session(1));
    await presence.join(session(2));
    await presence.leave(session(1), "broke-off");
    pass(20);
    await presence.leave(session(2), "broke-off");
    pass(10);
    await presence.join(session(3));
    await presence.leave(session(3), "left");
    expect(await isOnline(), "the first grace is over").to.equal(true);
    const gone = next();
    pass(20);
    await gone;
    expect(await isOnline()).to.equal(false);
  });

  it("users who were online before a start get a grace, and go offline if they do not return", async () => {
    const { presence, roster, isOnline, next, pass, since } = setUp();
    for (const [i, username] of ["ana", "bob", "eve"].entries()) {
      await roster.arrive({ accountId: i + 1, username, since: 7 + i });
    }
    const users = (await roster.page("", 9)).users;
    const { offset } = await roster.changes();
    presence.expectReturning(users, 20);
    await presence.join(session(1));
    expect([await isOnline(), await since()]).to.deep.equal([true, 7]);
    await presence.revokeBeforeStart(3);
    const gone = next();
    pass(20);
    await gone;
    expect(await Promise.all(["ana", "bob", "eve"].map(isOnline))).to.deep.equal([true, false, false]);
    const { changes } = await roster.changes(offset);
    expect(changes?.map(({ username, online }) => `${online ? "+" : "-"}${username}`)).to.deep.equal(["-eve", "-bob"]);
    await presence.leave(session(1), "left");
    expect(await isOnline()).to.equal(false);
  });

  it("a logout makes a user offline, whether the stream is joined or within its grace", async () => {
    const { presence, isOnline } = setUp();
    await presence.join(session(1));
    await presence.join(session(1));
    await presence.revoke(1);
    expect(await isOnline()).to.equal(false);
    await presence.join(session(2));
    await presence.leave(session(2), "broke-off");
    await presence.revoke(2);
    expect(await isOnline()).to.equal(false);
  });

  it("a user stays online when another session of theirs is logged out", async () => {
    const { presence, isOnline } = setUp();
    await presence.join(session(1));
    await presence.join(session(2));
    await presence.revoke(2);
    expect(await isOnline()).to.equal(true);
  });

  it("a stream that broke off after the logout of its session gets no grace", async () => {
    const { presence, isOnline } = setUp();
    await presence.join(session(1));
    await presence.revoke(1);
    await presence.leave(session(1), "broke-off");
    expect(await isOnline()).to.equal(false);
  });

  it("a logout affects one account only", async () => {
    const { presence, isOnline } = setUp();
    await presence.join(session(1));
    await presence.join(session(2, 2, "bob"));
    await presence.revoke(1);
    expect([await isOnline("ana"), await isOnline("bob")]).to.deep.equal([false, true]);
  });

  it("a join resolves after the roster has been told, and not before", async () => {
    const { presence, gate, isOnline } = setUp();
    gate.shut();
    const joined = presence.join(session(1));
    expect(await isSettled(joined)).to.equal(false);
    gate.open();
    await joined;
    expect(await isOnline()).to.equal(true);
  });

  it("the roster ends with the last state, if a user joins and leaves while the roster is slow", async () => {
    const { presence, gate, isOnline, changes } = setUp();
    gate.shut();
    const steps = [presence.join(session(1))];
    await gate.entered();
    for (let i = 0; i < 5; i++) steps.push(presence.leave(session(1), "left"), presence.join(session(1)));
    steps.push(presence.leave(session(1), "left"));
    gate.open();
    await Promise.all(steps);
    expect(await isOnline()).to.equal(false);
    expect((await changes()).join("")).to.match(/^(\+ana-ana)+$/);
  });

  it("a user is offline when the logout has resolved, however long the roster takes", async () => {
    const { presence, gate, isOnline } = setUp();
    await presence.join(session(1));
    gate.shut();
    const revoked = presence.revoke(1);
    expect(await isSettled(revoked)).to.equal(false);
    gate.open();
    await revoked;
    expect(await isOnline()).to.equal(false);
  });
});
