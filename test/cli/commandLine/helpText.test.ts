import { expect } from "chai";
import { flagsOf, termOf } from "../../../src/cli/commandLine/flags.ts";
import { helpText, wrapWords } from "../../../src/cli/commandLine/helpText.ts";
import { ENTRIES } from "../../../src/cli/commands/table.ts";

describe("The help", () => {
  it("the help of each command has its examples before its flags, and names every flag", () => {
    for (const entry of ENTRIES) {
      const text = helpText(entry, ENTRIES, 80);
      expect(text).to.match(new RegExp(`^Usage: obrolan ${entry.name}`));
      expect(text.indexOf("\nExamples:\n"), entry.name).to.be.within(1, text.indexOf("\nFlags:\n"));
      for (const flag of flagsOf(entry)) expect(text, entry.name).to.contain(`  ${termOf(flag)}`);
      for (const { line } of entry.examples) expect(text, entry.name).to.contain(`\n  ${line}`);
    }
  });

  it("the help of the program lists every command with its summary", () => {
    const [program] = ENTRIES.filter(({ name }) => name === "");
    if (program === undefined) throw new Error("no program");
    const words = helpText(program, ENTRIES, 100).replace(/\s+/g, " ");
    for (const { name, summary } of ENTRIES) expect(words).to.contain(`${name} `.trimStart()).and.to.contain(summary);
  });

  it("no line of prose in the help is wider than the terminal", () => {
    for (const width of [40, 60, 80, 120]) {
      for (const entry of ENTRIES) {
        const copied = new Set(entry.examples.map(({ line }) => `  ${line}`));
        const lines = helpText(entry, ENTRIES, width).split("\n");
        // A line to copy stays in one piece, and so does the usage.
        const prose = lines.filter((line) => !copied.has(line) && !/^(Usage:| {7}obrolan )/.test(line));
        const wide = prose.filter((line) => line.length > width && line.trim().includes(" "));
        expect(wide, `${entry.name} at ${width}`).to.deep.equal([]);
      }
    }
  });

  it("a word that is wider than the width has a line of its own", () => {
    expect(wrapWords("a bcdefgh i j", 4)).to.deep.equal(["a", "bcdefgh", "i j"]);
    expect(wrapWords("", 4)).to.deep.equal([]);
  });
});
