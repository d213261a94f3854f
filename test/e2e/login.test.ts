import { expect } from "chai";
import type { Ending } from "../support/ending.ts";
import { withPort } from "../support/engines.ts";
import { expectFailed } from "../support/expect.ts";
import { useServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

const DAY = 24 * 60 * 60 * 1000;

describe("Login", function () {
  this.timeout(60_000);
  const server = useServer({ loginFailures: 0 });

  it("each Login begins a new session of 30 days", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const before = Date.now();
    const one = await wire.login(ana.username, ana.password);
    const two = await wire.login(ana.username, ana.password);
    expect(new Set([ana.token, one.token, two.token]).size).to.equal(3);
    expect(Number(two.expiresAt)).to.be.within(before + 30 * DAY, Date.now() + 30 * DAY);
    await wire.logout(one.token);
    expect((await wire.list(two.token)).users).to.deep.equal([]);
  });

  it("Login takes upper case in a username as lower case", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    expect((await wire.login(ana.username.toUpperCase(), ana.password)).username).to.equal(ana.username);
  });

  it("Login distinguishes upper and lower case in a password", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const ending = await failure(wire.login(ana.username, ana.password.toUpperCase()));
    expectFailed(ending, "UNAUTHENTICATED", "BAD_CREDENTIALS");
  });

  it("Login gives one answer to an unknown name, a wrong password and an invalid name or password", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const wrong = await failure(wire.login(ana.username, "a wrong password"));
    expectFailed(wrong, "UNAUTHENTICATED", "BAD_CREDENTIALS");
    const tries = [
      ["nobody-of-that-name", "a wrong password"],
      ["not a name!", "a wrong password"],
      ["", ""],
      ["x".repeat(60_000), "a wrong password"],
      [ana.username, "short"],
      [ana.username, "x".repeat(129)],
      [ana.username, "\u0301".repeat(16_000) + "\u0323".repeat(16_000)],
      [ana.username, ""],
    ] as const;
    for (const [username, password] of tries) {
      expect(same(await failure(wire.login(username, password)))).to.deep.equal(same(wrong));
    }
  });
});

describe("Login with an unknown name or a wrong password", function () {
  this.timeout(60_000);
  const verified: (string | undefined)[] = [];
  const server = useServer({
    loginFailures: 0,
    wrap: (engines) =>
      withPort(engines, "secrets", {
        verifyPassword: (hash, password) => {
          verified.push(hash);
          return engines.secrets.verifyPassword(hash, password);
        },
      }),
  });

  it("Login makes one password check for an unknown name too, so that the time reveals no name", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    for (const [username, password] of [
      [ana.username, "a wrong password"],
      ["nobody", "a wrong password"],
      ["not a name!", "a wrong password"],
      [ana.username, "short"],
    ] as const) {
      verified.length = 0;
      await failure(wire.login(username, password));
      expect(verified, `${username} ${password}`).to.have.length(1);
    }
  });
});

function same({ code, message, reason, details, trailers }: Ending) {
  const { date: _, ...rest } = trailers;
  return { code, message, reason, details, trailers: { ...rest } };
}
