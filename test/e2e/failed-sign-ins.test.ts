import { expect } from "chai";
import { expectFailed } from "../support/expect.ts";
import { useServer } from "../support/server.ts";
import { type Connection, failure } from "../support/wire.ts";

const MINUTE = 60_000;
const WRONG = "a wrong password";

/** The server's clock. It stands still, so that the duration of a test does not count as waiting; tests advance it. */
const time = { now: Date.now() };
const clock = () => time.now;

/** Tries a wrong password `times` times, and expects `BAD_CREDENTIALS` each time. */
async function failToLogin(wire: Connection, username: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    expectFailed(await failure(wire.login(username, WRONG)), "UNAUTHENTICATED", "BAD_CREDENTIALS");
  }
}

/** Expects that the sign-in has to wait. Resolves with the server's `retry_after`, in milliseconds. */
async function toldToWait(wire: Connection, username: string, password = WRONG): Promise<number> {
  const ending = await failure(wire.login(username, password));
  expectFailed(ending, "RESOURCE_EXHAUSTED", "TOO_MANY_ATTEMPTS");
  return ending.details?.retryAfterMs ?? 0;
}

describe("Failed sign-ins", function () {
  this.timeout(60_000);
  const server = useServer({ clock });

  it("five failed sign-ins make the next one for the name wait, even with the right password", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 5);
    expect(await toldToWait(wire, ana.username, ana.password)).to.equal(1000);
  });

  it("failed sign-ins count for an unknown name too, so that they do not show which names exist", async () => {
    const wire = await server.connect();
    await failToLogin(wire, "nobody", 5);
    expect(await toldToWait(wire, "nobody")).to.equal(1000);
  });

  it("failed sign-ins count for a name in upper and lower case together", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 3);
    await failToLogin(wire, ana.username.toUpperCase(), 2);
    await toldToWait(wire, ana.username);
  });

  it("failed sign-ins for one name do not delay other names", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 5);
    await toldToWait(wire, ana.username);
    expect((await wire.login(bob.username, bob.password)).username).to.equal(bob.username);
  });

  it("failed sign-ins from one address do not delay other addresses", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 5);
    const elsewhere = await server.connect({ from: "127.0.0.2" });
    expect((await elsewhere.login(ana.username, ana.password)).username).to.equal(ana.username);
    await toldToWait(wire, ana.username);
  });

  it("failed sign-ins from one address count together over its connections", async () => {
    const ana = await server.person("ana");
    for (let i = 0; i < 5; i++) await failToLogin(await server.connect(), ana.username, 1);
    await toldToWait(await server.connect(), ana.username);
  });

  it("each further failed sign-in doubles the wait, from 1 s up to 15 minutes", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 5);
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]) {
      expect(await toldToWait(wire, ana.username)).to.equal(seconds * 1000);
      time.now += seconds * 1000 - 1;
      expect(await toldToWait(wire, ana.username)).to.equal(1);
      time.now += 1;
      await failToLogin(wire, ana.username, 1);
    }
    expect(await toldToWait(wire, ana.username)).to.equal(900_000);
    time.now += 900_000 - 1;
    expect(await toldToWait(wire, ana.username)).to.equal(1);
  });

  it("failed sign-ins during a wait do not count", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 5);
    for (let i = 0; i < 10; i++) expect(await toldToWait(wire, ana.username)).to.equal(1000);
  });

  it("the wait after failed sign-ins ends after its time", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 5);
    time.now += await toldToWait(wire, ana.username);
    expect((await wire.login(ana.username, ana.password)).username).to.equal(ana.username);
  });

  it("a successful sign-in deletes the failed ones of its name", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 4);
    await wire.login(ana.username, ana.password);
    await failToLogin(wire, ana.username, 5);
    await toldToWait(wire, ana.username);
  });

  it("failed sign-ins expire after 15 minutes", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 4);
    time.now += 15 * MINUTE + 1;
    await failToLogin(wire, ana.username, 4);
  });
});

describe("Failed sign-ins with a limit of 0", function () {
  this.timeout(60_000);
  const server = useServer({ loginFailures: 0 });

  it("failed sign-ins with a limit of 0 cause no wait", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 12);
    expect((await wire.login(ana.username, ana.password)).username).to.equal(ana.username);
  });
});

describe("Failed sign-ins with a limit of 2", function () {
  this.timeout(60_000);
  const server = useServer({ loginFailures: 2, clock });

  it("failed sign-ins with a limit of 2 cause a wait after two", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await failToLogin(wire, ana.username, 2);
    await toldToWait(wire, ana.username);
  });
});

describe("Too many sign-ins at once", function () {
  this.timeout(60_000);
  const server = useServer({ loginFailures: 0 });

  it("sign-ins beyond the bounded queue are refused with OVERLOADED, and the others are carried out", async () => {
    const ana = await server.person("ana");
    // Each node has a queue of its own.
    server.stayOnOneNode();
    const wires = await Promise.all(Array.from({ length: 4 }, () => server.connect()));
    const tries = await Promise.all(
      wires.flatMap((wire) =>
        Array.from({ length: 75 }, async () => {
          try {
            return (await wire.login(ana.username, ana.password)).username;
          } catch (error) {
            return failure(Promise.reject(error));
          }
        }),
      ),
    );
    const refused = tries.filter((one) => typeof one !== "string");
    expect(refused.length, "refused").to.be.at.least(1);
    expect(refused.length, "refused").to.be.below(tries.length);
    for (const ending of refused) {
      expectFailed(ending, "RESOURCE_EXHAUSTED", "OVERLOADED");
      expect(ending.details?.retryAfterMs).to.be.greaterThan(0);
    }
    const wire = await server.connect();
    expect((await wire.login(ana.username, ana.password)).username).to.equal(ana.username);
  });
});
