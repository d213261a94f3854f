import { expect } from "chai";
import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import { KEYMAP, KeyReader, keyHelp } from "../../../src/cli/editor/keymap.ts";
import { key } from "./typist.ts";

describe("The keymap of the editor", () => {
  it("no key has two commands", () => {
    const keys = Object.values(KEYMAP).flat();
    expect(new Set(keys).size).to.equal(keys.length);
  });

  it("each key of the table runs its command", () => {
    for (const [command, keys] of Object.entries(KEYMAP)) {
      for (const name of keys) {
        const reader = new KeyReader();
        const strokes = name.split(" ").map((part) => reader.read(key(part)));
        expect(strokes.at(-1), name).to.deep.equal({ kind: "command", command });
      }
    }
  });

  it("Shift counts only for keys that have a command with it", () => {
    const reader = new KeyReader();
    expect(reader.read(key("shift-left"))).to.deep.equal({ kind: "command", command: "left" });
    expect(reader.read(key("shift-tab"))).to.deep.equal({ kind: "command", command: "completeBack" });
  });

  it("the help names the keys of each command, in both languages", () => {
    for (const { editor } of Object.values(CATALOGUES)) {
      const help = keyHelp(editor);
      expect(help).to.have.length(Object.keys(KEYMAP).length);
      for (const { keys, summary } of help) expect([keys, summary]).not.to.include("");
    }
    const help = keyHelp(CATALOGUES.en.editor);
    expect(help).to.deep.include({ keys: "Ctrl-X Ctrl-E", summary: "edit the text in $EDITOR" });
    expect(help).to.deep.include({ keys: "Home, Ctrl-A", summary: "to the beginning of the line" });
    expect(help[0]?.keys).to.equal("Enter");
  });
});
