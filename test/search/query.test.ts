import { expect } from "chai";
import fc from "fast-check";
import { Refusal } from "../../src/server/common/refusal.ts";
import { parseQuery } from "../../src/server/search/query.ts";
import { Splitter } from "../../src/server/search/words.ts";

describe("parseQuery", () => {
  let splitter: Splitter;

  before(() => {
    splitter = new Splitter();
  });

  /** A query as one line: phrases with +, prefixes with *. */
  function parsed(query: string): string {
    return parseQuery(query, splitter)
      .map(({ words, isPrefix }) => words.join("+") + (isPrefix ? "*" : ""))
      .join(" ");
  }

  function refusal(query: string): Refusal {
    try {
      parseQuery(query, splitter);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
    throw new Error(`${JSON.stringify(query)} was not refused`);
  }

  const VALID: readonly (readonly [what: string, query: string, terms: string])[] = [
    ["white space separates words", " good\tmorning\u3000all\u2028now ", "good morning all now"],
    ["U+0000 separates words", "good\0morning", "good morning"],
    ["a word is compared in its form", "STRAßE Café", "strasse cafe"],
    ["a phrase stands in quotes", '"good morning" all', "good+morning all"],
    ["a phrase stands in English quotes", "“good morning”", "good+morning"],
    ["a phrase stands in German quotes", "„guten Morgen“", "guten+morgen"],
    ["a quote may follow a word at once", 'a"b c"d', "a b+c d"],
    ["other quotes in a phrase are ignored", '"a “b” c"', "a+b+c"],
    ["an empty phrase is nothing", '"" a " "', "a"],
    ["gershayim is no quote", 'צה"ל "שלום עולם"', "צה+ל שלום+עולם"],
    ["a word that splits into several is a phrase", "example.com 3.14", "example+com 3+14"],
    ["a run of Han is a phrase", "会议 iPhone手机", "会+议 iphone+手+机"],
    ["an asterisk at the end of a word is a prefix", "a* example.c* 会* 👍*", "a* example+c* 会* 👍*"],
    ["punctuation may follow the asterisk", "(morn*), night*!", "morn* night*"],
    ["several asterisks are one", "a**", "a*"],
    ["an asterisk elsewhere is ignored", 'a*b *c d.* e * "f*" "g h*"', "a+b c d e f g+h"],
    ["operators are words or nothing", "a AND b OR NOT c - d", "a and b or not c d"],
    [
      "the syntax of FTS5 is words or nothing",
      'words:a ^b {c d}:e NEAR(f g, 2) h + "i"',
      "words+a b c d+e near+f g 2 h i",
    ],
    ["the syntax of tsquery is words or nothing", "a & b | !c <-> d:* 'e' \\f", "a b c d e f"],
    ["the patterns of SQL are words or nothing", "100% a_b ; -- DROP TABLE", "100 a+b drop table"],
    ["an apostrophe is dropped", "don't 'a'", "dont a"],
    ["an unpaired surrogate is nothing", "a\ud800b", "a+b"],
  ];
  for (const [what, query, terms] of VALID) {
    it(`${what}: ${JSON.stringify(query)}`, () => {
      expect(parsed(query)).to.equal(terms);
    });
  }

  const INVALID: readonly (readonly [what: string, query: string])[] = [
    ["it is empty", ""],
    ["it has only white space", " \t\u3000\0"],
    ["it has only punctuation", "... !? * - % & ''"],
    ["it has only empty quotes", '"" “”'],
    ["a quote is not closed", 'a "b'],
    ["an English quote is not closed", "“a b"],
    ["an English quote is not opened", "a b”"],
    ["a German quote is closed by another one", "„a b”"],
    ["a quote is closed by another one", '“a b"'],
    ["it has 33 words", "a ".repeat(33)],
    ["it has 33 words in quotes", `"${"a ".repeat(33)}"`],
    ["it has 10,000 words", "word ".repeat(10_000)],
    ["it has 1,025 bytes", `${"ä".repeat(512)}a`],
  ];
  for (const [why, query] of INVALID) {
    it(`a query is refused if ${why}`, () => {
      const { reason, field, message } = refusal(query);
      expect([reason, field]).to.deep.equal(["QUERY_INVALID", "query"]);
      expect(message.length).to.be.below(120);
    });
  }

  it("a query may have 32 words and 1,024 bytes, with any punctuation between them", () => {
    expect(parsed("a - ".repeat(32)).split(" ").length).to.equal(32);
    expect(parsed("ä".repeat(512))).to.equal("a".repeat(64));
    expect(parsed("会".repeat(341)).split("+").length).to.equal(256);
  });

  it("any text is parsed or refused", () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...'a*" “”„\0会👍.'), fc.string({ unit: "binary", maxLength: 2 })));
    fc.assert(
      fc.property(text, (parts) => {
        try {
          for (const { words } of parseQuery(parts.join(""), splitter)) {
            expect(words.length).to.be.above(0);
            expect(words).not.to.include("");
          }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
