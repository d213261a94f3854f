import { hash } from "@node-rs/argon2";
import { expect } from "chai";
import { LoginThrottle } from "../../src/server/accounts/loginThrottle.ts";
import type { AccountStore } from "../../src/server/accounts/ports/accountStore.ts";
import type { Secrets } from "../../src/server/accounts/ports/secrets.ts";
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
const HERE = "127.0.0.1";
const PASSWORD = "correct horse";
/** Parameters of argon2id that are outdated. */
const OLD = { algorithm: 2, memoryCost: 8_192, timeCost: 1, parallelism: 1 } as const;

describe("SignIn", () => {
  const store = useStore(sqliteFixture);
  const secrets = new NodeSecrets();
  let count = 0;
  let name: string;
  beforeEach(() => {
    count += 1;
    name = `user-${count}`;
  });

  function setUp(more: { accounts?: Partial<AccountStore>; secrets?: Partial<Secrets> } = {}) {
    let now = NOON;
    const clock = () => now;
    const accounts = override(store.accounts, more.accounts ?? {});
    const signIn = new SignIn(
      { accounts, sessions: store.sessions, secrets: override<Secrets>(secrets, more.secrets ?? {}) },
      {
        throttle: new LoginThrottle(new MemoryFailedLogins(), { free: 3, clock }),
        timings: { sessionLifetimeMs: 30 * DAY, sessionIdleMs: 7 * DAY },
        clock: followed(clock),
      },
    );
    const refusal = async (call: Promise<unknown>): Promise<Refusal> => {
      const error = await call.then(
        () => new Error("the call was not refused"),
        (reason) => reason,
      );
      if (!(error instanceof Refusal)) throw error;
      return error;
    };
    return {
      signIn,
      refusal,
      register: (username = name, password = PASSWORD) => signIn.register({ username, password }),
      login: (password = PASSWORD, username = name) => signIn.login({ username, password }, HERE),
      pass: (milliseconds: number) => {
        now += milliseconds;
      },
    };
  }

  it("registering creates an account and a session of 30 days, and stores only the digest of the token", async () => {
    const { signIn, register } = setUp();
    const { token, session } = await register();
    expect(session).to.include({ username: name, expiresAt: NOON + 30 * DAY, lastUsedAt: NOON });
    expect(await signIn.authenticate(token)).to.deep.equal(session);
    expect(await store.sessions.find(Buffer.from(token))).to.equal(undefined);
    expect((await store.accounts.find(name))?.passwordHash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it("sign-in accepts a name in upper case, and a password however its letters were composed", async () => {
    const { register, login } = setUp();
    await register(name.toUpperCase(), "caf\u00e9 caf\u00e9");
    expect((await login("cafe\u0301 cafe\u0301", name.toUpperCase())).session.username).to.equal(name);
  });

  it("each sign-in opens its own session", async () => {
    const { signIn, register, login } = setUp();
    const all = [await register(), await login(), await login()];
    expect(new Set(all.map(({ session }) => session.id)).size).to.equal(3);
    expect(new Set(all.map(({ token }) => token)).size).to.equal(3);
    expect(await signIn.logout(all[1]?.session as never, false)).to.deep.equal([all[1]?.session.id]);
    await signIn.authenticate(all[0]?.token);
    await signIn.authenticate(all[2]?.token);
  });

  it("an invalid name or password creates no account", async () => {
    const { register, refusal } = setUp();
    expect(await refusal(register("-no-"))).to.include({ reason: "USERNAME_INVALID" });
    expect(await refusal(register(name, "short"))).to.include({ reason: "PASSWORD_INVALID" });
    expect(await store.accounts.find(name)).to.equal(undefined);
  });

  it("a name is given once, also if several clients register it at once", async () => {
    const { register, refusal } = setUp();
    const all = await Promise.allSettled([1, 2, 3, 4].map((i) => register(name, `${PASSWORD} ${i}`)));
    expect(all.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    for (const one of all) if (one.status === "rejected") expect(one.reason).to.include({ reason: "USERNAME_TAKEN" });
    expect(await refusal(register())).to.include({ reason: "USERNAME_TAKEN" });
  });

  it("a failed sign-in is refused the same way whatever was wrong", async () => {
    const { register, login, refusal } = setUp();
    await register();
    const refused = [
      await refusal(login("wrong password")),
      await refusal(login(PASSWORD, "nobody-at-all")),
      await refusal(login(PASSWORD, "-cannot be-")),
      await refusal(login("short")),
      await refusal(login("x".repeat(60_000), "another-nobody")),
    ];
    for (const { reason, message, field, retryAfterMs } of refused) {
      expect({ reason, message, field, retryAfterMs }).to.deep.equal({
        reason: "BAD_CREDENTIALS",
        message: refused[0]?.message,
        field: undefined,
        retryAfterMs: undefined,
      });
    }
  });

  it("a failed sign-in verifies one password whatever was wrong, so that it takes the same time", async () => {
    const checked: (string | undefined)[] = [];
    const { register, login, refusal } = setUp({
      secrets: {
        verifyPassword: async (passwordHash, password) => {
          checked.push(passwordHash?.slice(0, 9));
          return secrets.verifyPassword(passwordHash, password);
        },
      },
    });
    await register();
    await refusal(login("wrong password"));
    await refusal(login(PASSWORD, "nobody-at-all"));
    await refusal(login(PASSWORD, "-cannot be-"));
    await refusal(login("short"));
    expect(checked).to.deep.equal(["$argon2id", undefined, undefined, undefined]);
  });

  it("sign-in must wait after some failures for a name, whether the account exists or not", async () => {
    const { register, login, refusal, pass } = setUp();
    await register();
    for (const username of [name, "nobody-here"]) {
      for (let i = 0; i < 3; i++) {
        expect(await refusal(login("wrong password", username))).to.include({ reason: "BAD_CREDENTIALS" });
      }
      expect(await refusal(login(PASSWORD, username))).to.include({ reason: "TOO_MANY_ATTEMPTS", retryAfterMs: 1_000 });
    }
    pass(1_000);
    await login();
  });

  it("failures for invalid names cause no wait, because they are not stored", async () => {
    const { login, refusal } = setUp();
    for (let i = 0; i < 5; i++) {
      expect(await refusal(login(PASSWORD, "-no-"))).to.include({ reason: "BAD_CREDENTIALS" });
    }
  });

  describe("with an outdated password hash", () => {
    it("a sign-in replaces an outdated hash, and the password stays valid", async () => {
      const { register, login } = setUp();
      const { session } = await register();
      await store.accounts.setPasswordHash(session.accountId, await hash(PASSWORD, OLD));
      await login();
      const rehashed = (await store.accounts.find(name))?.passwordHash ?? "";
      expect(secrets.isOutdated(rehashed)).to.equal(false);
      await login();
      expect((await store.accounts.find(name))?.passwordHash, "the second sign-in keeps the new hash").to.equal(
        rehashed,
      );
    });

    it("a failed sign-in leaves an outdated hash as it is", async () => {
      const { register, login, refusal } = setUp();
      const { session } = await register();
      const old = await hash(PASSWORD, OLD);
      await store.accounts.setPasswordHash(session.accountId, old);
      await refusal(login("wrong password"));
      expect((await store.accounts.find(name))?.passwordHash).to.equal(old);
    });

    it("a sign-in succeeds also if the new hash cannot be stored", async () => {
      const { register, login } = setUp({
        accounts: { setPasswordHash: () => Promise.reject(new StoreUnavailable("the disk is full")) },
      });
      const { session } = await register();
      const old = await hash(PASSWORD, OLD);
      await store.accounts.setPasswordHash(session.accountId, old);
      expect((await login()).session.username).to.equal(name);
      expect((await store.accounts.find(name))?.passwordHash).to.equal(old);
    });
  });

  it("a sign-in while the store is unavailable is refused as such, and counts as no failure", async () => {
    let broken = false;
    const { register, login } = setUp({
      accounts: {
        find: async (username) => {
          if (broken) throw new StoreUnavailable("the disk is unavailable");
          return store.accounts.find(username);
        },
      },
    });
    await register();
    broken = true;
    for (let i = 0; i < 5; i++) expect(await login().catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    broken = false;
    await login();
  });
});
