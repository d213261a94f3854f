import { expect } from "chai";
import type { Session } from "../../src/server/accounts/ports/sessionStore.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { LocalBus, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { LocalPresence } from "../../src/server/presence/localPresence.ts";
import type { Online } from "../../src/server/presence/ports/roster.ts";
import { within } from "../support/deadline.ts";
import { Gate, gated, override } from "../support/engines.ts";
import { isSettled, turns } from "../support/eventLoop.ts";

/** A session of an account. */
function session(id: number, accountId = 1, username = "ana"): Session {
  return { id, accountId, username, expiresAt: Number.MAX_SAFE_INTEGER, lastUsedAt: 0 };
}

/** Longer than any test, so that no grace ends. */
const LONG = 10 * 60 * 1_000;

describe("LocalPresence", () => {
  let stop = () => {};
  afterEach(() => stop());

  function setUp(grace = LONG) {
    const gate = new Gate();
    const roster = new MemoryRoster();
    const bus = new LocalBus();
    let notifications = 0;
    let now = 1_700_000_000_000;
    let heard = Promise.withResolvers<void>();
    bus.subscribe((notification) => {
      if (notification.kind !== "presence") return;
      notifications += 1;
      heard.resolve();
      heard = Promise.withResolvers<void>();
    });
    // A roster that takes its time, as one that is shared by several nodes does.
    const slow = gated(roster, gate, "arrive", "leave");
    const presence = new LocalPresence(slow, () => bus.publish({ kind: "presence" }), {
      graceMs: grace,
      clock: Date.now,
      stopwatch: () => now,
    });
    stop = () => presence.stop();
    return {
      presence,
      roster,
      gate,
      /** What the roster was told, each with a notification to the others. */
      told: async () => {
        const { changes = [] } = await roster.changes(0);
        expect(notifications, "notifications").to.equal(changes.length);
        return changes.map(({ username, online }) => `${online ? "+" : "-"}${username}`);
      },
      /** As another node does. */
      takeOff: async () => {
        await roster.leave(1);
        bus.publish({ kind: "presence" });
      },
      isOnline: async (username = "ana") => (await roster.find(username)) !== undefined,
      since: async () => (await roster.find("ana"))?.since,
      pass: (milliseconds: number) => {
        now += milliseconds;
      },
      next: () => within(heard.promise, "a notification of presence"),
    };
  }

  it("a user is online from the join of a stream on, and the change is published once", async () => {
    const { presence, isOnline, told } = setUp();
    expect(await isOnline()).to.equal(false);
    await presence.join(session(1));
    expect(await isOnline()).to.equal(true);
    expect(await told()).to.deep.equal(["+ana"]);
  });

  it("a user is offline after the client has left", async () => {
    const { presence, isOnline, told } = setUp();
    await presence.join(session(1));
    await presence.leave(session(1), "left");
    expect(await isOnline()).to.equal(false);
    expect(await told()).to.deep.equal(["+ana", "-ana"]);
  });

  it("a user is online while any of their streams is joined, of any session", async () => {
    const { presence, isOnline, told } = setUp();
    await presence.join(session(1));
    await presence.join(session(1));
    await presence.join(session(2));
    await presence.leave(session(1), "left");
    await presence.leave(session(2), "left");
    expect(await isOnline()).to.equal(true);
    await presence.leave(session(1), "left");
    expect(await isOnline()).to.equal(false);
    expect(await told()).to.deep.equal(["+ana", "-ana"]);
  });

  it("a new session makes a user online again who was removed from the roster by another node", async () => {
    const { presence, isOnline, told, takeOff } = setUp();
    await presence.join(session(1));
    // Another node has ended all sessions that there were, and this one has yet to hear of it.
    await takeOff();
    await presence.join(session(1));
    expect(await isOnline(), "with a session that has ended").to.equal(false);
    await presence.join(session(2));
    expect(await isOnline()).to.equal(true);
    await presence.revoke(1);
    expect(await isOnline()).to.equal(true);
    await presence.leave(session(2), "left");
    expect(await isOnline()).to.equal(false);
    expect(await told()).to.deep.equal(["+ana", "-ana", "+ana", "-ana"]);
  });

  it("a user stays online for the grace after a stream broke off, and no longer", async () => {
    const { presence, isOnline, told, next, pass } = setUp(20);
    await presence.join(session(1));
    await presence.leave(session(1), "broke-off");
    expect(await isOnline()).to.equal(true);
    const gone = next();
    pass(20);
    await gone;
    expect(await isOnline()).to.equal(false);
    expect(await told()).to.deep.equal(["+ana", "-ana"]);
  });

  it("a user who returns within the grace stays online, and no change is published", async () => {
    const { presence, since, told, pass } = setUp();
    await presence.join(session(1));
    const first = await since();
    await presence.leave(session(1), "broke-off");
    pass(1_000);
    await presence.join(session(1));
    await turns(3);
    expect(await since()).to.equal(first);
    expect(await told()).to.deep.equal(["+ana"]);
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
    const { presence, gate, isOnline, told } = setUp();
    gate.shut();
    const steps = [presence.join(session(1))];
    await gate.entered();
    for (let i = 0; i < 5; i++) steps.push(presence.leave(session(1), "left"), presence.join(session(1)));
    steps.push(presence.leave(session(1), "left"));
    gate.open();
    await Promise.all(steps);
    expect(await isOnline()).to.equal(false);
    expect((await told()).join("")).to.match(/^(\+ana-ana)+$/);
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

describe("LocalPresence when the roster fails", () => {
  it("a user whose join fails is not online, gets the error, and may try again", async () => {
    const roster = new MemoryRoster();
    let broken = true;
    const presence = new LocalPresence(
      override<MemoryRoster>(roster, {
        arrive: async (who: Online) => {
          if (broken) throw new Error("the roster is away");
          return roster.arrive(who);
        },
      }),
      () => {},
      { graceMs: LONG, clock: Date.now, stopwatch: systemStopwatch },
    );
    const refused = await presence.join(session(1)).catch((error) => error);
    expect(refused.message).to.equal("the roster is away");
    await presence.leave(session(1), "left").catch(() => {});
    broken = false;
    expect(await roster.find("ana")).to.equal(undefined);
    await presence.join(session(1));
    expect(await roster.find("ana")).to.include({ username: "ana" });
    await presence.leave(session(1), "left");
    expect(await roster.find("ana"), "the join that failed does not count").to.equal(undefined);
  });

  it("a failed arrive of a new session of an online user is retried", async () => {
    const roster = new MemoryRoster();
    let arrivals = 0;
    let broken = false;
    const presence = new LocalPresence(
      override<MemoryRoster>(roster, {
        arrive: async (who: Online) => {
          arrivals += 1;
          if (broken) throw new Error("the roster is away");
          return roster.arrive(who);
        },
      }),
      () => {},
      { graceMs: LONG, clock: Date.now, stopwatch: systemStopwatch },
    );
    await presence.join(session(1));
    broken = true;
    await presence.join(session(2)).catch(() => {});
    broken = false;
    await presence.join(session(1));
    expect(arrivals).to.equal(3);
    await presence.join(session(1));
    expect(arrivals, "the roster knows of the session").to.equal(3);
    presence.stop();
  });
});
