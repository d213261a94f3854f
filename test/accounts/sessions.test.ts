import { expect } from "chai";
import type { ChatNode } from "../../src/server/node/node.ts";
import { enter, join, type NodeSetUp, openNode, sessionOf, toAll } from "../support/chatNode.ts";
import { Gate, gated, withPort } from "../support/engines.ts";
import { isSettled, turns, until } from "../support/eventLoop.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { enlist, type Person, signIn, useStore } from "../support/storeFixture.ts";

describe("Logout", () => {
  const store = useStore(sqliteFixture);
  let node: ChatNode;
  let ana: Person;
  beforeEach(async () => {
    ana = await enlist(store, "ana");
  });
  afterEach(() => node.close());

  async function open(setUp?: NodeSetUp) {
    const opened = await openNode(store, setUp);
    node = opened.node;
    return opened;
  }

  const logout = (person = ana, everywhere = false) => node.logout(sessionOf(person), everywhere);
  const online = async () => (await node.online.page(0, "")).users.map(({ username }) => username);

  it("a logout ends all streams of its session with a goodbye, and no stream of another session", async () => {
    await open();
    const phone = await signIn(store, ana);
    const [first, second, other] = [await join(node, ana), await enter(node, ana), await join(node, phone)];
    await logout();
    await until(() => first.ended === "ended" && second.ended === "ended", "the streams to end");
    for (const sink of [first, second]) {
      expect(sink.goodbye).to.deep.equal({ reason: "LOGGED_OUT", reconnect: false });
      expect(sink.kinds.at(-1)).to.equal("goodbye");
    }
    expect(other.ended).to.equal("open");
    expect(await online()).to.deep.equal([ana.username]);
    await logout(phone, true);
    expect(await online()).to.deep.equal([]);
  });

  it("a stream of a session that has just been logged out is refused, or ends with a goodbye", async () => {
    await open();
    const session = sessionOf(ana);
    await logout();
    let sink: Awaited<ReturnType<typeof enter>> | undefined;
    const refused = await enter(node, { ...ana, sessionId: session.id }).then(
      (entered) => {
        sink = entered;
      },
      (error) => error,
    );
    if (sink === undefined) expect(refused).to.include({ reason: "SESSION_INVALID" });
    else await sink.has("goodbye");
    expect(node.stats().streams).to.equal(0);
  });

  it("a user is offline when the logout returns, however long the roster takes", async () => {
    const gate = new Gate();
    await open({
      through: (engines) => ({ ...engines, roster: gated(engines.roster, gate, "leave") }),
    });
    await join(node, ana);
    gate.shut();
    const out = logout();
    expect(await isSettled(out)).to.equal(false);
    gate.open();
    await out;
    expect(await online()).to.deep.equal([]);
  });

  it("a logout is published to the other nodes also if the roster is unavailable", async () => {
    const { engines } = await open({
      through: (all) =>
        withPort(all, "roster", { leave: () => Promise.reject(new Error("the roster is unavailable")) }),
    });
    const notifications: string[] = [];
    engines.bus.subscribe(({ kind }) => notifications.push(kind));
    await join(node, ana);
    await logout().catch(() => {});
    expect(notifications).to.include("sessions-ended");
  });

  for (const call of ["log.recent", "roster.arrive"] as const) {
    it(`a stream whose join waits for ${call} during the logout does not make its user online`, async () => {
      const gate = new Gate();
      const ended = Promise.withResolvers<void>();
      await open({
        through: (engines) => {
          const end = async (sessionId: number, everywhere: boolean) => {
            const sessionIds = await engines.sessions.end(sessionId, everywhere);
            ended.resolve();
            return sessionIds;
          };
          const held =
            call === "log.recent"
              ? { ...engines, log: gated(engines.log, gate, "recent") }
              : { ...engines, roster: gated(engines.roster, gate, "arrive") };
          return withPort(held, "sessions", { end });
        },
      });
      const sink = await enter(node, ana);
      gate.shut();
      const joining = sink.stream.receive("", { kind: "join", logId: "", recent: 1_000 });
      await gate.entered();
      const out = logout();
      // The logout has told the streams. In the case `roster.arrive` it now waits for the roster.
      await ended.promise;
      await turns(3);
      gate.open();
      await Promise.all([joining, out]);
      await until(() => sink.ended === "ended", "the stream to end");
      expect(sink.goodbye).to.include({ reason: "LOGGED_OUT" });
      expect(await online()).to.deep.equal([]);
    });
  }

  it("a draft that arrives after the logout is not appended, and its stream gets a goodbye", async () => {
    await open();
    const sink = await join(node, ana);
    const { headId } = await store.log.state();
    // Another node has ended the session, and its notification has not come yet.
    await store.sessions.end(ana.sessionId, false);
    await sink.stream.receive("r", toAll("too late"));
    await sink.has("goodbye");
    expect(sink.goodbye).to.include({ reason: "LOGGED_OUT", reconnect: false });
    expect(sink.kinds).to.not.include("accepted");
    expect((await store.log.state()).headId).to.equal(headId);
  });
});
