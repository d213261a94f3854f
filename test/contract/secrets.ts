import { createHash } from "node:crypto";
import { expect } from "chai";
import type { Secrets } from "../../src/server/accounts/ports/secrets.ts";
import { range } from "../support/storeFixture.ts";

const PASSWORD = "correct horse battery staple";

/** Tests the contract of `Secrets` (src/server/accounts/ports/secrets.ts). */
export function describeSecrets(name: string, open: () => Promise<{ secrets: Secrets }>): void {
  describe(`The secrets of ${name}`, () => {
    let secrets: Secrets;
    before(async () => {
      ({ secrets } = await open());
    });

    it("a password hash is in PHC format: argon2id with 19 MiB, 2 passes and 1 lane", async () => {
      const hash = await secrets.hashPassword(PASSWORD);
      expect(hash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43}$/);
      expect(hash).to.not.include(PASSWORD);
    });

    it("each hash has its own salt", async () => {
      expect(await secrets.hashPassword(PASSWORD)).to.not.equal(await secrets.hashPassword(PASSWORD));
    });

    it("a hash verifies its password and no other", async () => {
      const hash = await secrets.hashPassword(PASSWORD);
      expect(await secrets.verifyPassword(hash, PASSWORD)).to.equal(true);
      for (const other of [PASSWORD.toUpperCase(), `${PASSWORD} `, PASSWORD.slice(1), "", hash]) {
        expect(await secrets.verifyPassword(hash, other), other).to.equal(false);
      }
    });

    it("a long password is not truncated", async () => {
      for (const length of [72, 73, 128]) {
        const long = "\u{1f600}".repeat(length);
        const hash = await secrets.hashPassword(long);
        expect(await secrets.verifyPassword(hash, long)).to.equal(true);
        expect(await secrets.verifyPassword(hash, `${long.slice(0, -2)}x`)).to.equal(false);
      }
      const hash = await secrets.hashPassword("before\0after");
      expect(await secrets.verifyPassword(hash, "before\0another")).to.equal(false);
    });

    it("every password is wrong if there is no hash, as for an unknown account", async () => {
      for (const password of [PASSWORD, "", "undefined"]) {
        expect(await secrets.verifyPassword(undefined, password)).to.equal(false);
      }
    });

    it("a hash with other parameters is outdated", async () => {
      const rest = "$c29tZSBzYWx0IDEyMzQ1Ng$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";
      expect(secrets.isOutdated(await secrets.hashPassword(PASSWORD))).to.equal(false);
      for (const parameters of [
        "$argon2id$v=19$m=4096,t=2,p=1",
        "$argon2id$v=19$m=19456,t=3,p=1",
        "$argon2id$v=19$m=19456,t=2,p=4",
        "$argon2id$v=16$m=19456,t=2,p=1",
        "$argon2i$v=19$m=19456,t=2,p=1",
        "$2b$10",
      ]) {
        expect(secrets.isOutdated(parameters + rest), parameters).to.equal(true);
      }
    });

    it("a new token has a prefix and 32 random bytes", () => {
      const tokens = range(1, 1_000).map(() => secrets.newToken());
      for (const token of tokens) expect(token).to.match(/^obrolan_[A-Za-z0-9_-]{43}$/);
      expect(new Set(tokens).size).to.equal(1_000);
    });

    it("the digest of a token is its SHA-256", () => {
      const token = secrets.newToken();
      const digest = createHash("sha256").update(token, "utf8").digest("hex");
      expect(Buffer.from(secrets.digest(token)).toString("hex")).to.equal(digest);
    });

    it("password checks beyond a bounded number are refused as OVERLOADED until earlier ones are done", async () => {
      // A hash that takes almost no time to check: 8 KiB and 1 pass.
      const quick = "$argon2id$v=19$m=8,t=1,p=1$c29tZSBzYWx0IDEyMzQ1Ng$QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU";
      const checks = await Promise.allSettled(range(1, 500).map(() => secrets.verifyPassword(quick, PASSWORD)));
      const refused = checks.filter((check) => check.status === "rejected");
      expect(refused.length).to.be.within(1, 499);
      for (const { reason } of refused) expect(reason).to.include({ name: "Refusal", reason: "OVERLOADED" });
      expect(refused[0]?.reason.retryAfterMs).to.be.above(0);
      expect(await secrets.hashPassword(PASSWORD)).to.match(/^\$argon2id\$/);
    });
  });
}
