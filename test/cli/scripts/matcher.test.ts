import { expect } from "chai";
import { Matcher } from "../../../src/cli/commands/script/matcher.ts";
import { ConfigError } from "../../../src/config/index.ts";

describe("The matcher of wait", () => {
  it("an expression may match any part of the text, and ^ and $ stand for its ends", () => {
    const matcher = new Matcher("--for", "deploy(ed)?");
    expect(["is deployed", "deploy", "done"].map((text) => matcher.matches(text))).to.deep.equal([true, true, false]);
    expect(new Matcher("--for", "^b$").matches("a\nb")).to.equal(false);
  });

  it("a character outside the basic plane is one character", () => {
    expect(new Matcher("--for", "^.$").matches("😀")).to.equal(true);
  });

  it("an invalid expression is an error that says why", () => {
    expect(() => new Matcher("--for", "(done")).to.throw(
      ConfigError,
      /^--for is not a regular expression.*: .*group.*\.$/i,
    );
    expect(() => new Matcher("--for", "\\-")).to.throw(ConfigError, /^--for is not a regular expression/);
  });

  it("an expression that takes exponential time is stopped, and the matcher can be used again", () => {
    const matcher = new Matcher("--for", "^(a+)+$", 20);
    expect(() => matcher.matches(`${"a".repeat(60)}!`)).to.throw(ConfigError, "takes too long");
    expect(matcher.matches("aaa")).to.equal(true);
  });
});
