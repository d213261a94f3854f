import { expect } from "chai";
import { LoginThrottle } from "../../src/server/accounts/loginThrottle.ts";
import type { SessionStore } from "../../src/server/accounts/ports/sessionStore.ts";
import { SignIn } from "../../src/server/accounts/signIn.ts";
import { Refusal } from "../../src/server/common/refusal.ts";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { MemoryFailedLogins } from "../../src/server/engines/memory/index.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import { override } from "../support/engines.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { followed } from "../support/steadyClock.ts";
import { NOON, useStore } from "../support/storeFixture.ts";

const DAY = 24 * 60 * 60 * 1_000;

describe("SignIn.authenticate", () => {
  const store = useStore(sqliteFixture);
  const secrets = new NodeSecrets();

  async function setUp() {
    const account = await store.accounts.create(`user-${secrets.newToken().slice(-8).toLowerCase()}`, "-", NOON);
    const touched: (readonly number[])[] = [];
    let isAway = false;
    let now = NOON;
    const sessions = override<SessionStore>(store.sessions, {
      touch: async (ids, at) => {
        if (isAway) throw new StoreUnavailable("the store is unavailable");
        touched.push(ids);
        return store.sessions.touch(ids, at);
      },
    });
    const clock = () => now;
    const signIn = new SignIn(
      { accounts: store.accounts, sessions, secrets },
      {
        throttle: new LoginThrottle(new MemoryFailedLogins(), { free: 0, clock }),
        timings: { sessionLifetimeMs: 30 * DAY, sessionIdleMs: 7 * DAY },
        clock: followed(clock),
      },
    );
    const token = secrets.newToken();
    const session = await store.sessions.open({
      tokenHash: secrets.digest(token),
      accountId: account?.id ?? 0,
      at: NOON,
      expiresAt: NOON + 30 * DAY,
    });
    const isValid = async () =>
      signIn.authenticate(token).then(
        () => true,
        (error) => {
          expect(error).to.include({ reason: "SESSION_INVALID" });
          return false;
        },
      );
    return {
      signIn,
      session,
      touched,
      isValid,
      at: (time: number) => {
        now = NOON + time;
      },
      away: (is: boolean) => {
        isAway = is;
      },
    };
  }

  it("a missing or unknown token authenticates no session", async () => {
    const { signIn } = await setUp();
    for (const token of [undefined, "", "nonsense", secrets.newToken()]) {
      const refused = await signIn.authenticate(token).catch((error) => error);
      expect(refused).to.be.instanceOf(Refusal).and.to.include({ reason: "SESSION_INVALID" });
    }
  });

  it("a session ends after 7 days without use", async () => {
    const { isValid, at } = await setUp();
    at(7 * DAY - 1);
    expect(await isValid()).to.equal(true);
    at(7 * DAY);
    expect(await isValid()).to.equal(false);
  });

  it("a session ends after 30 days, however much it is used", async () => {
    const { signIn, isValid, at } = await setUp();
    for (let day = 1; day < 30; day++) {
      at(day * DAY);
      expect(await isValid(), `day ${day}`).to.equal(true);
      await signIn.flushTouches();
    }
    at(30 * DAY);
    expect(await isValid()).to.equal(false);
  });

  it("the use of a session is stored at most once an hour, all sessions in one write", async () => {
    const { signIn, session, touched, isValid, at } = await setUp();
    for (let minute = 0; minute < 120; minute += 5) {
      at(minute * 60_000);
      await isValid();
      await signIn.flushTouches();
    }
    expect(touched).to.deep.equal([[session.id]]);
    signIn.markUsed(7, 0, NOON);
    signIn.markUsed(8, 0, NOON);
    signIn.markUsed(8, 0, NOON);
    await signIn.flushTouches();
    expect(touched.at(-1)).to.deep.equal([7, 8]);
  });

  it("a use that the store did not take is stored by the next write, so that a session in use does not expire", async () => {
    const { signIn, session, touched, isValid, at, away } = await setUp();
    at(7 * DAY - 60_000);
    expect(signIn.markUsed(session.id, session.lastUsedAt, NOON + 7 * DAY - 60_000)).to.equal(true);
    away(true);
    expect(await signIn.flushTouches().catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    away(false);
    await signIn.flushTouches();
    await signIn.flushTouches();
    expect(touched).to.deep.equal([[session.id]]);
    at(7 * DAY);
    expect(await isValid()).to.equal(true);
  });

  it("an expired session is purged, and not before it has expired", async () => {
    const { signIn, isValid, at } = await setUp();
    at(7 * DAY - 1);
    await signIn.purgeExpired();
    expect(await isValid()).to.equal(true);
    at(7 * DAY);
    await signIn.purgeExpired();
    at(0);
    expect(await isValid()).to.equal(false);
  });
});
