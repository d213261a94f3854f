import headless from "@xterm/headless";
import { expect } from "chai";
import { eastAsianWidth } from "get-east-asian-width";
import { Ruler } from "../../../src/cli/text/ruler.ts";

const ruler = new Ruler();
/** How many characters are written to xterm.js at a time. */
const BATCH = 10_000;

/** The characters of the planes in which terminals disagree. */
function allCharacters(): string[] {
  const codes = [...range(0xa0, 0x10000), ...range(0x1f000, 0x1fc00)];
  return codes.map((code) => String.fromCodePoint(code)).filter((character) => !/[\p{Cc}\p{Cs}]/u.test(character));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** The characters that xterm.js shows in more columns than the ruler says. */
async function widerInXterm(characters: readonly string[]): Promise<string[]> {
  const terminal = new headless.Terminal({
    cols: 80,
    rows: 24,
    scrollback: BATCH,
    convertEol: true,
    allowProposedApi: true,
  });
  await new Promise<void>((resolve) =>
    terminal.write(characters.map((character) => `\n${character}`).join(""), resolve),
  );
  const rows = Array.from({ length: terminal.buffer.active.length }, (_, row) =>
    terminal.buffer.active.getLine(row)?.getCell(0),
  );
  return rows.flatMap((cell) =>
    cell !== undefined && cell.getChars() !== "" && cell.getWidth() > ruler.most(cell.getChars())
      ? [cell.getChars()]
      : [],
  );
}

describe("Ruler", () => {
  it("the ruler gives the most columns that a common terminal shows a text in", () => {
    const widths = {
      plain: 5,
      漢字: 4,
      "🇮🇩": 4,
      "😀": 2,
      "👍🏽": 4,
      "👨‍👩‍👧": 6,
      "❤️": 3,
      กำ: 2,
      ที่: 1,
      नी: 2,
      क्षि: 3,
      "\u1100\u1161\u11a8": 6,
      "e\u0301": 1,
    };
    for (const [text, width] of Object.entries(widths)) expect(ruler.most(text), text).to.equal(width);
  });

  it("characters of ambiguous width are wide until the terminal says that they are not", () => {
    const asked = new Ruler();
    expect(asked.measure("é…")).to.deep.equal({ least: 2, most: 4 });
    asked.isAmbiguousWide = false;
    expect(asked.measure("é…")).to.deep.equal({ least: 2, most: 2 });
  });

  it("text about which no table differs has one width, and a flag a range", () => {
    for (const [text, width] of [
      ["plain", 5],
      ["漢字", 4],
      ["e\u0301", 1],
      ["กา", 2],
    ] as const) {
      expect(ruler.measure(text), text).to.deep.equal({ least: width, most: width });
    }
    expect(ruler.measure("🇮🇩")).to.deep.equal({ least: 1, most: 4 });
  });

  it("a text that is cut fits, and shows that it was cut", () => {
    const narrow = new Ruler();
    narrow.isAmbiguousWide = false;
    expect(narrow.cut("abcdef", 6)).to.equal("abcdef");
    expect(narrow.cut("abcdef", 4)).to.equal("abc…");
    expect(narrow.cut("🇮🇩🇮🇩🇮🇩", 10)).to.equal("🇮🇩🇮🇩…");
  });

  it("no character is wider in xterm.js, or by the table of Unicode, than the ruler says", async () => {
    const characters = allCharacters();
    for (let from = 0; from < characters.length; from += BATCH) {
      expect(await widerInXterm(characters.slice(from, from + BATCH))).to.deep.equal([]);
    }
    // Unicode has some marks as wide, which no terminal shows in columns of their own.
    const letters = characters.filter((character) => !/[\p{Mark}\p{Format}]/u.test(character));
    const wider = letters.filter((letter) => ruler.most(letter) < eastAsianWidth(letter.codePointAt(0) ?? 0));
    expect(wider).to.deep.equal([]);
  });
});
