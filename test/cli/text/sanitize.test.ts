import { expect } from "chai";
import { sanitizeLine, sanitizeLines } from "../../../src/cli/text/sanitize.ts";

describe("sanitizeLine and sanitizeLines", () => {
  it("harmless text is shown unchanged, in every script", () => {
    for (const text of ["hello, world", "apa kabar?", "你好", "שלום", "👨‍👩‍👧 ok", "na\u0301", "نمی\u200cخواهم"]) {
      expect(sanitizeLine(text)).to.equal(text);
    }
  });

  it("every control character is replaced by a visible one", () => {
    expect(sanitizeLine("\u001b[2J\u0007")).to.equal("␛[2J␇");
    expect(sanitizeLine("a\u0000b\u007f")).to.equal("a␀b␡");
    expect(sanitizeLine("\u009b2J \u0085")).to.equal("<009B>2J <0085>");
    expect(sanitizeLine("over\rwritten")).to.equal("over␍written");
  });

  it("no control character is left in the output", () => {
    for (let code = 0; code < 0xa0; code++) {
      const shown = sanitizeLine(String.fromCharCode(code));
      expect(shown, `U+${code.toString(16)}`).not.to.match(/\p{Cc}/u);
      expect(shown, `U+${code.toString(16)}`).not.to.equal("");
    }
  });

  it("characters that change the direction of text are replaced", () => {
    expect(sanitizeLine("\u202egnp.exe\u202c")).to.equal("<202E>gnp.exe<202C>");
    expect(sanitizeLine("\u2066a\u2069")).to.equal("<2066>a<2069>");
  });

  it("of all code points, those that control a terminal are replaced, and only those", () => {
    const CHUNK = 4_096;
    for (let first = 0; first <= 0x10ffff; first += CHUNK) {
      // Surrogates are no characters.
      const codes = Array.from({ length: CHUNK }, (_, index) => first + index).filter(
        (code) => code < 0xd800 || code > 0xdfff,
      );
      const text = codes.map((code) => String.fromCodePoint(code)).join("");
      const harmless = text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u206f]/gu, "");
      const shown = sanitizeLine(text);
      expect(/[\p{Cc}\u2028-\u202e\u2066-\u206f]/u.test(shown), `U+${first.toString(16)}`).to.equal(false);
      if (harmless === text) expect(shown === text, `U+${first.toString(16)}`).to.equal(true);
    }
  });

  it("a tab becomes spaces", () => {
    expect(sanitizeLine("a\tb")).to.equal("a    b");
  });

  it("sanitizeLines splits at line ends, and sanitizeLine shows them", () => {
    expect(sanitizeLines("a\nb\r\nc\u2028d")).to.deep.equal(["a", "b", "c", "d"]);
    expect(sanitizeLine("a\nb\r\nc\u2028d")).to.equal("a⏎b⏎c⏎d");
  });
});
