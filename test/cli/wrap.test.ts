import { expect } from "chai";
import { columns, rows } from "../../src/cli/terminal/columns.ts";
import { widthOf } from "../../src/cli/terminal/width.ts";
import { wrap } from "../../src/cli/terminal/wrap.ts";

describe("the width of a text", () => {
  it("is two columns for what is written wide, and none for what joins another character", () => {
    expect(widthOf("hello")).to.equal(5);
    expect(widthOf("你好")).to.equal(4);
    expect(widthOf("🙂")).to.equal(2);
    expect(widthOf("👨‍👩‍👧")).to.equal(2);
    expect(widthOf("na\u0301")).to.equal(2);
    expect(widthOf("שלום")).to.equal(4);
  });
});

describe("a long line", () => {
  it("is left alone where it fits, with all its blanks", () => {
    expect(wrap("a  b   c", 20, 6, 6)).to.equal("a  b   c");
  });

  it("is broken at blanks, and goes on below where it began", () => {
    expect(wrap("one two three four", 14, 4, 4)).to.equal("one two\n    three four");
    expect(wrap("one two three", 12, 8, 2)).to.equal("one\n  two three");
  });

  it("never grows wider than the terminal", () => {
    const text = "你好世界 这是一个很长的句子需要换行因为终端只有四十列宽 and some English too";
    for (const line of wrap(text, 24, 0, 6).split("\n")) expect(widthOf(line)).to.be.at.most(24);
    expect(
      wrap(text, 24, 0, 6)
        .replace(/\n {6}/g, "")
        .replace(/ /g, ""),
    ).to.equal(text.replace(/ /g, ""));
  });

  it("does not break an address, which somebody may want to copy", () => {
    const address = `https://example.org/${"a".repeat(40)}`;
    expect(wrap(`see ${address} there`, 30, 6, 6)).to.contain(address);
  });
});

describe("names in columns", () => {
  it("are filled from the top down", () => {
    const names = ["ani", "budi", "cici", "dewi", "eko"];
    expect(columns(names, names, 20)).to.equal("  ani   cici  eko\n  budi  dewi");
  });

  it("are one below the other where the terminal is narrow", () => {
    const names = ["somebody-with-a-long-name", "ani"];
    expect(columns(names, names, 20)).to.equal("  somebody-with-a-long-name\n  ani");
  });
});

describe("commands and what they do", () => {
  const commands = [{ usage: "sendto NAME TEXT", summary: "say TEXT to NAME alone" }];

  it("stand beside each other", () => {
    expect(rows(commands, 80)).to.equal("  sendto NAME TEXT  say TEXT to NAME alone");
  });

  it("stand below each other where the terminal is narrow", () => {
    expect(rows(commands, 30)).to.equal("  sendto NAME TEXT\n    say TEXT to NAME alone");
  });
});
