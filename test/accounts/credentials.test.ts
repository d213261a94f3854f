import { expect } from "chai";
import {
  foldUsername,
  isPassword,
  isUsername,
  normalizePassword,
  passwordInvalid,
  usernameInvalid,
} from "../../src/server/accounts/credentials.ts";

describe("Usernames", () => {
  const good = ["a", "7", "ana", "ana.b_c-d", "a..b", "0-0", "a".repeat(32)];
  const bad = [
    "",
    "a".repeat(33),
    ".a",
    "a.",
    "-a",
    "a-",
    "_a",
    "a_",
    "a b",
    "a\n",
    "\na",
    "Ana",
    "\u00e9",
    "a@b",
    "a/b",
  ];
  for (const name of good)
    it(`a username can be ${JSON.stringify(name)}`, () => expect(isUsername(name)).to.equal(true));
  for (const name of bad)
    it(`a username cannot be ${JSON.stringify(name)}`, () => expect(isUsername(name)).to.equal(false));

  it("a username is folded to lower case in ASCII only, so that no other letter becomes valid", () => {
    expect(foldUsername("ANA.Bob-Z")).to.equal("ana.bob-z");
    // KELVIN SIGN and LATIN CAPITAL LETTER I WITH DOT ABOVE become ASCII letters in Unicode's lower case.
    for (const letter of ["\u212a", "\u0130", "\u00c9"]) {
      expect(foldUsername(letter)).to.equal(letter);
      expect(isUsername(foldUsername(letter))).to.equal(false);
    }
  });

  it("the refusal of a username does not repeat it, because it may contain a password", () => {
    expect(usernameInvalid()).to.include({ reason: "USERNAME_INVALID", field: "username" });
    expect(usernameInvalid.length).to.equal(0);
  });
});

describe("Passwords", () => {
  it("a password has 8 to 128 code points", () => {
    expect(isPassword("x".repeat(7))).to.equal(false);
    expect(isPassword("x".repeat(8))).to.equal(true);
    expect(isPassword("x".repeat(128))).to.equal(true);
    expect(isPassword("x".repeat(129))).to.equal(false);
  });

  it("a password is counted in code points, not in bytes or UTF-16 units", () => {
    expect(isPassword("\u{1f600}".repeat(7))).to.equal(false);
    expect(isPassword("\u{1f600}".repeat(8))).to.equal(true);
    expect(isPassword("\u{1f600}".repeat(128))).to.equal(true);
    expect(isPassword("\u{1f600}".repeat(129))).to.equal(false);
  });

  it("a password is normalized to NFC before it is counted, so that composed and decomposed letters are equal", () => {
    expect(normalizePassword("e\u0301".repeat(8))).to.equal("\u00e9".repeat(8));
    expect(isPassword(normalizePassword("e\u0301".repeat(7)))).to.equal(false);
    expect(normalizePassword("\ufb01")).to.equal("\ufb01");
  });

  it("the refusal of a password does not repeat it, only its length", () => {
    expect(passwordInvalid("secret")).to.include({ reason: "PASSWORD_INVALID", field: "password" });
    expect(passwordInvalid("secret").message).to.include("6 characters").and.not.include("secret");
    expect(passwordInvalid("x").message).to.include("has 1 character:");
  });

  it("a password that is too long is not normalized, and its characters are not counted", () => {
    const marks = "\u0301".repeat(16_000) + "\u0323".repeat(16_000);
    expect(normalizePassword(marks)).to.equal(marks);
    expect(isPassword(normalizePassword(marks))).to.equal(false);
    expect(passwordInvalid(marks).message).to.include("more than 128 characters");
  });

  it("a password of 128 letters, each of four code points before normalization, is valid", () => {
    // GREEK SMALL LETTER ALPHA WITH PSILI AND VARIA AND YPOGEGRAMMENI
    const decomposed = "\u1f82".normalize("NFD");
    expect([...decomposed]).to.have.length(4);
    expect(normalizePassword(decomposed.repeat(128))).to.equal("\u1f82".repeat(128));
    expect(isPassword(normalizePassword(decomposed.repeat(128)))).to.equal(true);
  });
});
