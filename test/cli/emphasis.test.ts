import { expect } from "chai";
import { emphasize } from "../../src/cli/terminal/emphasis.ts";

const mark = (text: string, query: string) => emphasize(text, query, (word) => `<${word}>`);

describe("emphasize", () => {
  it("whole words are painted, in upper and lower case", () => {
    expect(mark("The plan, a PLAN, and planning", "plan")).to.equal("The <plan>, a <PLAN>, and planning");
    expect(mark("cafe\u0301 cafe", "cafe")).to.equal("cafe\u0301 <cafe>");
  });

  it("a word with an asterisk is painted to its end", () => {
    expect(mark("plans and planning", "plan*")).to.equal("<plans> and <planning>");
  });

  it("each word of a phrase is painted", () => {
    expect(mark("release notes", '"Release notes"')).to.equal("<release> <notes>");
  });

  it("punctuation of the query means nothing", () => {
    expect(mark("a.c abc (x", "a.c (x|y) [")).to.equal("<a>.<c> abc (<x>");
    expect(mark("a * b", "* ! ()")).to.equal("a * b");
  });
});
