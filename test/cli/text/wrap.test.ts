import { expect } from "chai";
import { columns, rows } from "../../../src/cli/text/columns.ts";
import { Ruler } from "../../../src/cli/text/ruler.ts";
import { widthOf } from "../../../src/cli/text/width.ts";
import { type Sheet, wrap } from "../../../src/cli/text/wrap.ts";

function sheet(width: number): Sheet {
  return { width, ruler: new Ruler() };
}

describe("widthOf", () => {
  it("a wide character takes two columns, and a character that joins another one takes none", () => {
    expect(widthOf("hello")).to.equal(5);
    expect(widthOf("你好")).to.equal(4);
    expect(widthOf("🙂")).to.equal(2);
    expect(widthOf("👨‍👩‍👧")).to.equal(2);
    expect(widthOf("na\u0301")).to.equal(2);
    expect(widthOf("שלום")).to.equal(4);
  });

  it("a flag, a skin tone and a keycap take two columns with all their code points", () => {
    for (const emoji of ["🇮🇩", "👍🏽", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]) expect(widthOf(emoji), emoji).to.equal(2);
  });

  it("characters that Unicode made wide in version 16 take two columns", () => {
    expect(widthOf("☰")).to.equal(2);
  });
});

describe("wrap", () => {
  it("a line that fits is left alone, with all its spaces", () => {
    expect(wrap("a  b   c", sheet(20), 6, 6)).to.equal("a  b   c");
  });

  it("a long line is broken at spaces, and its further rows begin at the indent", () => {
    expect(wrap("one two three four", sheet(14), 4, 4)).to.equal("one two\n    three four");
    expect(wrap("one two three", sheet(12), 8, 2)).to.equal("one\n  two three");
  });

  it("no row is wider than the terminal, and no character is lost", () => {
    const text = "你好世界 这是一个很长的句子需要换行因为终端只有四十列宽 and some English too";
    for (const line of wrap(text, sheet(24), 0, 6).split("\n")) expect(widthOf(line)).to.be.at.most(24);
    expect(
      wrap(text, sheet(24), 0, 6)
        .replace(/\n {6}/g, "")
        .replace(/ /g, ""),
    ).to.equal(text.replace(/ /g, ""));
  });

  it("an address is not broken, so that it can be copied", () => {
    const address = `https://example.org/${"a".repeat(40)}`;
    expect(wrap(`see ${address} there`, sheet(30), 6, 6)).to.contain(address);
  });
});

describe("columns", () => {
  it("names fill the columns from the top down", () => {
    const names = ["ani", "budi", "cici", "dewi", "eko"];
    expect(columns(names, names, sheet(20))).to.equal("  ani   cici  eko\n  budi  dewi");
  });

  it("on a narrow terminal names stand one below the other", () => {
    const names = ["a-person-with-long-names", "ani"];
    expect(columns(names, names, sheet(20))).to.equal("  a-person-with-long-names\n  ani");
  });
});

describe("rows", () => {
  const commands = [{ usage: "sendto NAME TEXT", summary: "say TEXT to NAME alone" }];

  it("a command stands beside what it does", () => {
    expect(rows(commands, sheet(80))).to.equal("  sendto NAME TEXT  say TEXT to NAME alone");
  });

  it("on a narrow terminal a command stands above what it does", () => {
    expect(rows(commands, sheet(30))).to.equal("  sendto NAME TEXT\n    say TEXT to NAME alone");
  });
});
