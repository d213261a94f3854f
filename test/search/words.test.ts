import { expect } from "chai";
import fc from "fast-check";
import { WordRules } from "../../src/server/search/wordRules.ts";
import { Splitter } from "../../src/server/search/words.ts";
import { SAMPLES } from "./samples.ts";

describe("Splitter", () => {
  let splitter: Splitter;
  const rules = new WordRules();

  before(() => {
    splitter = new Splitter();
  });

  function byRules(text: string): string[] {
    const found: string[] = [];
    rules.split(text, found);
    return found;
  }

  for (const [what, cases] of Object.entries(SAMPLES)) {
    for (const [text, words] of cases) {
      it(`${what}: ${JSON.stringify(text)} has the words ${words.join(" ") || "(none)"}`, () => {
        expect(splitter.split(text).join(" ")).to.equal(words.join(" "));
        expect(byRules(text).join(" ")).to.equal(words.join(" "));
      });
    }
  }

  it("a word is cut to 64 code points, also if they have two code units each", () => {
    expect(splitter.split("a".repeat(65))).to.deep.equal(["a".repeat(64)]);
    expect(splitter.split("ä".repeat(65))).to.deep.equal(["a".repeat(64)]);
    expect(splitter.split("\u{10400}".repeat(65))).to.deep.equal(["\u{10428}".repeat(64)]);
  });

  it("a word is cut to 2,048 code units before it is normalized", () => {
    const marks = "\u0301".repeat(3_000);
    expect(splitter.split(`a${marks}b`)).to.deep.equal(["a"]);
    expect(splitter.split(`a${marks.slice(0, 1_000)}b`)).to.deep.equal(["ab"]);
  });

  it("a word that occurs more than 256 times is left out, and the positions of the others stay", () => {
    const words = splitter.split(`${"la ".repeat(300)}end`);
    expect(words.length).to.equal(301);
    expect(words.filter((word) => word === "la").length).to.equal(256);
    expect([words[255], words[256], words[300]]).to.deep.equal(["la", "", "end"]);
  });

  it("a text has at most 16,383 words", () => {
    const words = splitter.split(Array.from({ length: 20_000 }, (_, i) => `w${i}`).join(" "));
    expect([words.length, words.at(-1)]).to.deep.equal([16_383, "w16382"]);
  });

  it("a text that no user would write is split in bounded time", () => {
    for (const unit of ["\u0653", "\u1ab0", "a\u0653", "'", "a'", "👩\u200d", "\ud800", "中\u0301"]) {
      splitter.split(unit.repeat(16_384));
    }
  });

  it("one pass finds the same words as the rules, for each character between others", () => {
    const different: string[] = [];
    for (let code = 0; code < 0x10000; code += code < 0x3100 ? 1 : 41) {
      const one = String.fromCharCode(code);
      for (const text of [`a${one}b 1${one}2 'a${one}'b ${one}`, `가${one}가`, `中${one}か ${one}`, `א"${one}`]) {
        if (splitter.split(text).join("|") !== byRules(text).join("|")) different.push(`${code.toString(16)}: ${text}`);
      }
    }
    expect(different).to.deep.equal([]);
  });

  it("one pass finds the same words as the rules, for any text", () => {
    const texts = Object.values(SAMPLES).flatMap((cases) => cases.map(([text]) => text));
    const characters = [...new Set(texts.join(""))];
    const character = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...characters) },
      { weight: 2, arbitrary: fc.constantFrom(..."aB1' \"_.,-\u0301\u064b\u200d\ufe0f") },
      { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
    );
    const text = fc.array(character, { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (sample) => {
        expect(splitter.split(sample)).to.deep.equal(byRules(sample));
      }),
      { numRuns: 5_000 },
    );
  });

  it("a word that was split once is split into itself", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 });
    fc.assert(
      fc.property(text, (sample) => {
        for (const word of splitter.split(sample)) expect(splitter.split(word).join("")).to.equal(word);
      }),
      { numRuns: 2_000 },
    );
  });
});
