import { expect } from "chai";
import { Code } from "../support/ending.ts";
import { expectFailed } from "../support/expect.ts";
import { useServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

const PASSWORD = "a good password";
const DAY = 24 * 60 * 60 * 1000;

describe("Register", function () {
  this.timeout(60_000);
  const server = useServer();

  it("Register creates an account and signs in, without needing a token", async () => {
    const wire = await server.connect();
    const { token, username } = await wire.register("first", PASSWORD);
    expect(username).to.equal("first");
    expect((await wire.list(token)).users).to.deep.equal([]);
    expect((await wire.login("first", PASSWORD)).username).to.equal("first");
  });

  it("Register gives a session of 30 days", async () => {
    const wire = await server.connect();
    const before = Date.now();
    const { expiresAt } = await wire.register("thirty", PASSWORD);
    expect(Number(expiresAt)).to.be.within(before + 30 * DAY, Date.now() + 30 * DAY);
  });

  it("Register takes upper case in a username as lower case", async () => {
    const wire = await server.connect();
    expect((await wire.register("MiXeD", PASSWORD)).username).to.equal("mixed");
    expectFailed(await failure(wire.register("mixed", PASSWORD)), "ALREADY_EXISTS", "USERNAME_TAKEN");
  });

  it("Register refuses a name that exists, in upper or lower case", async () => {
    const wire = await server.connect();
    await wire.register("taken", PASSWORD);
    for (const name of ["taken", "TAKEN"]) {
      expectFailed(await failure(wire.register(name, "another password")), "ALREADY_EXISTS", "USERNAME_TAKEN");
    }
    expect((await wire.login("taken", PASSWORD)).username).to.equal("taken");
  });

  it("Register gives a name that ten calls request at once to exactly one of them", async () => {
    const wire = await server.connect();
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => wire.register("wanted", PASSWORD)));
    expect(tries.filter((one) => one.status === "fulfilled")).to.have.length(1);
  });

  describe("A username", () => {
    const good = ["a", "7", "a-b", "a.b", "a_b", "0.-_x", "x".repeat(32)];
    for (const name of good) {
      it(`a username may be ${JSON.stringify(name)}`, async () => {
        const wire = await server.connect();
        expect((await wire.register(name, PASSWORD)).username).to.equal(name);
      });
    }

    const bad = {
      "": "empty",
      ["x".repeat(33)]: "33 characters long",
      ".a": "one with a dot first",
      "a-": "one with a dash last",
      _: "an underscore alone",
      "a b": "one with a space",
      " a": "one with a space at its start",
      "a\n": "one with a line end at its end",
      "a\u0000": "one with a U+0000",
      añb: "one with a letter outside a to z",
      "\u212aelvin": "one with a sign whose lower case is one of a to z",
      "a/b": "one with a slash",
      "١٢": "one of digits other than 0 to 9",
    };
    for (const [name, what] of Object.entries(bad)) {
      it(`a username cannot be ${what}`, async () => {
        const wire = await server.connect();
        const ending = await failure(wire.register(name, PASSWORD));
        expectFailed(ending, "INVALID_ARGUMENT", "USERNAME_INVALID");
        expect(ending.details?.badFields).to.deep.equal(["username"]);
      });
    }
  });

  describe("A password", () => {
    const good = {
      "8 code points": "12345678",
      "128 code points": "x".repeat(128),
      "128 code points of four bytes each": "🦜".repeat(128),
      "128 code points after NFC, though 256 before": "e\u0301".repeat(128),
      "white space and control characters": " \t\u0001\u007f    ",
    };
    let people = 0;
    for (const [what, password] of Object.entries(good)) {
      it(`a password may be ${what}`, async () => {
        const wire = await server.connect();
        const name = `good${++people}`;
        await wire.register(name, password);
        expect((await wire.login(name, password)).username).to.equal(name);
      });
    }

    const bad = {
      empty: "",
      "7 code points": "1234567",
      "129 code points": "x".repeat(129),
      "7 code points, though 14 UTF-16 units": "🦜".repeat(7),
      "7 code points after NFC, though 14 before": "e\u0301".repeat(7),
    };
    for (const [what, password] of Object.entries(bad)) {
      it(`a password cannot be ${what}`, async () => {
        const wire = await server.connect();
        const ending = await failure(wire.register("nobody", password));
        expectFailed(ending, "INVALID_ARGUMENT", "PASSWORD_INVALID");
        expect(ending.details?.badFields).to.deep.equal(["password"]);
        expect(ending.code).to.equal(Code.INVALID_ARGUMENT);
      });
    }

    it("passwords are compared after NFC", async () => {
      const wire = await server.connect();
      await wire.register("composed", "caf\u00e9 caf\u00e9");
      expect((await wire.login("composed", "cafe\u0301 cafe\u0301")).username).to.equal("composed");
    });

    it("a password is never cut at a U+0000", async () => {
      const wire = await server.connect();
      await wire.register("zero", "zero\u0000 and one");
      const ending = await failure(wire.login("zero", "zero\u0000 and two"));
      expectFailed(ending, "UNAUTHENTICATED", "BAD_CREDENTIALS");
    });

    it("a password is never cut: the last of 128 code points counts", async () => {
      const wire = await server.connect();
      await wire.register("longest", `${"🦜".repeat(127)}a`);
      const ending = await failure(wire.login("longest", `${"🦜".repeat(127)}b`));
      expectFailed(ending, "UNAUTHENTICATED", "BAD_CREDENTIALS");
    });
  });
});
