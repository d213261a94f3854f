import { expect } from "chai";
import { GROUPS } from "../../../src/cli/commandLine/entry.ts";
import { flagsOf } from "../../../src/cli/commandLine/flags.ts";
import { ENTRIES } from "../../../src/cli/commands/table.ts";

const commands = ENTRIES.filter(({ name }) => name !== "");
const [program] = ENTRIES.filter(({ name }) => name === "");

describe("The table of commands", () => {
  it("the table of commands has the program itself once, and each command once", () => {
    const names = ENTRIES.map(({ name }) => name);
    expect(names.filter((name) => name === "")).to.have.length(1);
    expect(new Set(names)).to.have.property("size", names.length);
  });

  it("each command has a summary that fits after its name, and an example", () => {
    for (const { name, summary, examples, group } of commands) {
      expect(summary, name).to.match(/^[a-z].*[^.]$/);
      expect(examples, name).not.to.deep.equal([]);
      expect(GROUPS, name).to.include(group);
      for (const example of examples) expect(example.summary, example.line).to.match(/^\S.*[^.]$/);
    }
  });

  it("each example calls the program with a command and flags that the table has", () => {
    for (const example of ENTRIES.flatMap(({ examples }) => examples)) {
      const [, ...words] = /obrolan.*?(?=\)|\||$)/.exec(example.line)?.[0].trim().split(" ") ?? [];
      const entry = commands.find(({ name }) => name === words[0]) ?? program;
      const known = entry === undefined ? [] : flagsOf(entry).map(({ long }) => long);
      const flags = words.filter((word) => word.startsWith("--"));
      expect(known, example.line).to.include.members(flags);
      if (entry === program) expect(words.join(" "), example.line).to.match(/^(\S+:\d+)?$/);
    }
  });

  it("no flag has a value in one command and none in another, because completions skip the values", () => {
    const kinds = new Map<string, boolean>();
    for (const { long, placeholder } of ENTRIES.flatMap(flagsOf)) {
      const hasValue = placeholder !== undefined;
      expect(kinds.get(long) ?? hasValue, long).to.equal(hasValue);
      kinds.set(long, hasValue);
    }
  });

  it("no option of a command has the name of one of its settings", () => {
    for (const entry of ENTRIES) {
      const flags = flagsOf(entry).map(({ long }) => long);
      expect(new Set(flags), entry.name).to.have.property("size", flags.length);
    }
  });
});
