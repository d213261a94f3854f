import { expect } from "chai";
import { emphasizeMentions, mentions } from "../../src/cli/terminal/mention.ts";

const mark = (text: string, name: string) => emphasizeMentions(text, name, (found) => `<${found}>`);

describe("mentions and emphasizeMentions", () => {
  it("a name is found as a whole word, in upper or lower case, and with an @", () => {
    expect(mark("ada, Ada. (ADA) @ada's", "ada")).to.equal("<ada>, <Ada>. (<ADA>) <@ada>'s");
    expect(mentions("thanks ada", "ada")).to.equal(true);
  });

  it("a part of another word or of another name is not found", () => {
    for (const text of ["adaptive", "Canada", "ada-lovelace", "mrs.ada", "ada_2", "x@ada.org", "mail@ada", "adá"]) {
      expect(mark(text, "ada"), text).to.equal(text);
      expect(mentions(text, "ada"), text).to.equal(false);
    }
  });

  it("punctuation of a name means nothing but itself", () => {
    expect(mark("a.b axb a.b.", "a.b")).to.equal("<a.b> axb <a.b>.");
    expect(mark("a-b_c here", "a-b_c")).to.equal("<a-b_c> here");
    expect(mark("(a+ [b", "(a+ [b")).to.equal("<(a+ [b>");
  });

  it("before the sign-in nothing is found", () => {
    expect(mentions("anything", "")).to.equal(false);
    expect(mark("anything", "")).to.equal("anything");
  });
});
