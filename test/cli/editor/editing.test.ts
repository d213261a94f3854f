import { expect } from "chai";
import { Typist } from "./typist.ts";

const FAMILY = "👨‍👩‍👧";
const FLAG = "🇮🇩";

/** A typist with a text, and the cursor where `|` is. */
function at(shown: string): Typist {
  const [before = "", after = ""] = shown.split("|");
  const typist = new Typist().paste(before + after).press("ctrl-home");
  while (typist.editor.view.cursor < before.length) typist.press("right");
  expect(typist.shown).to.equal(shown);
  return typist;
}

describe("The text being edited", () => {
  it("Enter returns the line and empties the input", () => {
    const typist = new Typist().enter("sendall hello");
    expect(typist.actions).to.deep.equal([{ kind: "line", line: "sendall hello" }]);
    expect(typist.shown).to.equal("|");
  });

  it("an empty line is returned, too", () => {
    expect(new Typist().press("enter").actions).to.deep.equal([{ kind: "line", line: "" }]);
  });

  it("control characters of typed text are dropped", () => {
    expect(new Typist().type("a\u001b[2J\u0000\u009b\nb").shown).to.equal("a[2Jb|");
  });

  it("half a surrogate pair becomes a replacement character", () => {
    expect(new Typist().type("a\ud83d").shown).to.equal("a\ufffd|");
  });

  it("a text stays at most 64 KiB long", () => {
    const typist = new Typist().type("é".repeat(32 * 1024 - 1)).type("é");
    expect(typist.hint).to.equal("");
    const { text } = typist.editor.view;
    expect(Buffer.byteLength(text)).to.equal(64 * 1024);
    for (const longer of [typist.type("x"), typist.press("alt-enter"), typist.paste("x")]) {
      expect(longer.editor.view.text).to.equal(text);
      expect(longer.hint).to.contain("64 KiB");
    }
    expect(typist.press("backspace").hint).to.equal("");
  });

  it("text goes where the text before it went, also if the cursor is shown after a grapheme that both joined", () => {
    const typist = new Typist().type("1").press("home").type("\u0600");
    expect(typist.shown).to.equal("\u06001|");
    expect(typist.type("x").shown).to.equal("\u0600x|1");
    const flags = new Typist().type(FLAG).press("home").typeSlowly("🇩🇪");
    expect(flags.shown).to.equal(`🇩🇪|${FLAG}`);
  });

  describe("moving", () => {
    const moves: readonly (readonly [from: string, key: string, to: string])[] = [
      [`a${FAMILY}${FLAG}|b`, "left", `a${FAMILY}|${FLAG}b`],
      [`a${FAMILY}|${FLAG}b`, "left", `a|${FAMILY}${FLAG}b`],
      [`a|${FAMILY}${FLAG}b`, "right", `a${FAMILY}|${FLAG}b`],
      ["|e\u0301", "ctrl-f", "e\u0301|"],
      ["|क्षि", "ctrl-f", "क्षि|"],
      ["กำ|", "ctrl-b", "|กำ"],
      ["|ab", "left", "|ab"],
      ["ab|", "right", "ab|"],
      ["one, two|", "alt-b", "one, |two"],
      ["one, |two", "ctrl-left", "|one, two"],
      ["|one, two", "alt-f", "one|, two"],
      ["one|, two", "ctrl-right", "one, two|"],
      ["über 漢字|", "alt-b", "über |漢字"],
      ["e\u0301a |", "alt-b", "|e\u0301a "],
      ["one\nt|wo\nthree", "home", "one\n|two\nthree"],
      ["one\nt|wo\nthree", "ctrl-a", "one\n|two\nthree"],
      ["one\nt|wo\nthree", "end", "one\ntwo|\nthree"],
      ["one\n|two\nthree", "ctrl-e", "one\ntwo|\nthree"],
      ["one\nt|wo\nthree", "ctrl-home", "|one\ntwo\nthree"],
      ["one\nt|wo\nthree", "ctrl-end", "one\ntwo\nthree|"],
      ["one\n\nthr|ee", "up", "one\n|\nthree"],
      ["one\nt|wo", "up", "o|ne\ntwo"],
      ["o|ne\ntwo", "down", "one\nt|wo"],
      ["one |\n2", "down", "one \n2|"],
      [`ab|c\na${FLAG}`, "down", `abc\na|${FLAG}`],
      ["one\u2028two|", "up", "one\u2028two|"],
      ["\u06001|", "left", "|\u06001"],
      [`a${FLAG}\nab|`, "up", `a|${FLAG}\nab`],
    ];
    for (const [from, pressed, to] of moves) {
      it(`the key ${pressed} moves the cursor from ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () => {
        expect(at(from).press(pressed).shown).to.equal(to);
      });
    }

    it("Up and Down keep their column across a shorter line", () => {
      expect(at("one\n\nthr|ee").press("up", "up").shown).to.equal("one|\n\nthree");
      expect(at("thr|ee\n\nthree").press("down", "down").shown).to.equal("three\n\nthr|ee");
    });
  });

  describe("deleting", () => {
    const deletions: readonly (readonly [from: string, key: string, to: string])[] = [
      [`a${FAMILY}|b`, "backspace", "a|b"],
      [`a${FLAG}${FLAG}|`, "ctrl-h", `a${FLAG}|`],
      ["|ab", "backspace", "|ab"],
      [`|${FAMILY}b`, "delete", "|b"],
      [`|${FLAG}b`, "ctrl-d", "|b"],
      ["|e\u0301x", "delete", "|x"],
      ["|a\u200d b", "alt-d", "| b"],
      ["ab|", "ctrl-d", "ab|"],
      ["one two|", "ctrl-w", "one |"],
      ["a b/c-d  |e", "ctrl-w", "a |e"],
      ["a b/c-d|", "alt-backspace", "a b/c-|"],
      ["a |b-c d", "alt-d", "a |-c d"],
      ["one\nt|wo\nthree", "ctrl-u", "one\n|wo\nthree"],
      ["one\n|wo", "ctrl-u", "one|wo"],
      ["one\nt|wo\nthree", "ctrl-k", "one\nt|\nthree"],
      ["one\nt|\nthree", "ctrl-k", "one\nt|three"],
      ["ab|cd", "ctrl-t", "acb|d"],
      ["abcd|", "ctrl-t", "abdc|"],
      ["|ab", "ctrl-t", "|ab"],
      ["a|", "ctrl-t", "a|"],
      ["ab\n|cd", "ctrl-t", "ab\n|cd"],
      [`a${FAMILY}|`, "ctrl-t", `${FAMILY}a|`],
    ];
    for (const [from, pressed, to] of deletions) {
      it(`the key ${pressed} makes ${JSON.stringify(to)} of ${JSON.stringify(from)}`, () => {
        expect(at(from).press(pressed).shown).to.equal(to);
      });
    }
  });

  describe("cutting", () => {
    it("Ctrl-Y inserts what was cut last", () => {
      expect(at("one two| three").press("ctrl-u", "end", "ctrl-y").shown).to.equal(" threeone two|");
    });

    it("texts that are cut one after the other are inserted together, in their order", () => {
      expect(new Typist().type("one two three").press("ctrl-w", "ctrl-w", "ctrl-y").shown).to.equal("one two three|");
      expect(at("|one two").press("alt-d", "alt-d", "ctrl-y").shown).to.equal("one two|");
      expect(at("one| two").press("alt-d", "ctrl-u", "ctrl-y").shown).to.equal("one two|");
    });

    it("Alt-Y replaces the inserted text by the text that was cut before, and begins again after the oldest", () => {
      const typist = new Typist();
      for (const text of ["one", "two", "three"]) typist.type(text).press("ctrl-u");
      expect(typist.type("<>").press("left", "ctrl-y").shown).to.equal("<three|>");
      expect(typist.press("alt-y").shown).to.equal("<two|>");
      expect(typist.press("alt-y").shown).to.equal("<one|>");
      expect(typist.press("alt-y").shown).to.equal("<three|>");
    });

    it("Alt-Y does nothing after another key than Ctrl-Y", () => {
      const typist = new Typist().type("one").press("ctrl-u").type("two").press("ctrl-u", "ctrl-y", "left", "alt-y");
      expect(typist.shown).to.equal("tw|o");
    });

    it("Ctrl-Y does nothing if nothing was cut", () => {
      expect(new Typist().type("one").press("ctrl-y", "alt-y").shown).to.equal("one|");
    });

    it("at most 16 texts are kept", () => {
      const typist = new Typist();
      for (let index = 0; index < 20; index++) typist.type(`${index}`).press("ctrl-u", "left");
      typist.press("ctrl-y");
      for (let index = 0; index < 15; index++) typist.press("alt-y");
      expect(typist.shown).to.equal("4|");
      expect(typist.press("alt-y").shown).to.equal("19|");
    });
  });

  describe("undoing", () => {
    it("Ctrl-_ takes typed words back one by one", () => {
      const typist = new Typist().typeSlowly("one two");
      expect(typist.press("ctrl-_").shown).to.equal("one|");
      expect(typist.press("ctrl-_").shown).to.equal("|");
      expect(typist.press("ctrl-_").shown).to.equal("|");
    });

    it("a change of several steps is taken back at once, with its cursor", () => {
      expect(at("one t|wo").press("ctrl-w", "ctrl-x", "ctrl-u").shown).to.equal("one t|wo");
      const yanked = new Typist().type("one").press("ctrl-u").type("two").press("ctrl-u", "ctrl-y", "alt-y");
      expect(yanked.press("ctrl-/").shown).to.equal("two|");
    });

    it("a text is taken back that was typed after a key without a printable character", () => {
      const typist = new Typist().type("one").press("ctrl-u").type("\u0007").type("two").press("ctrl-_");
      expect(typist.shown).to.equal("|");
    });

    it("a line that Ctrl-C cleared comes back", () => {
      expect(new Typist().type("one").press("ctrl-c", "ctrl-_").shown).to.equal("one|");
    });

    it("a line that was entered does not come back", () => {
      expect(new Typist().enter("one").press("ctrl-_").shown).to.equal("|");
    });

    it("at most 200 changes are kept", () => {
      const typist = new Typist();
      for (let index = 0; index < 250; index++) typist.type(" x");
      for (let index = 0; index < 250; index++) typist.press("ctrl-_");
      expect(typist.editor.view.text).to.equal(" x".repeat(50));
    });
  });

  describe("several lines", () => {
    it("Alt-Enter and Shift-Enter begin a new line", () => {
      const typist = new Typist().type("one").press("alt-enter").type("two").press("shift-enter").type("three");
      expect(typist.shown).to.equal("one\ntwo\nthree|");
      expect(typist.press("enter").lines).to.deep.equal(["one\ntwo\nthree"]);
    });

    it("Enter after a backslash at the end of a line begins a new line in its place", () => {
      const typist = new Typist().type("one\\").press("enter");
      expect(typist.shown).to.equal("one\n|");
      expect(typist.enter("two").lines).to.deep.equal(["one\ntwo"]);
      expect(at("one\\|\nthree").press("enter").shown).to.equal("one\n|\nthree");
    });

    it("Enter after two backslashes, or with the cursor elsewhere, runs the line", () => {
      expect(new Typist().enter("one\\\\").lines).to.deep.equal(["one\\\\"]);
      expect(at("on|e\\").press("enter").lines).to.deep.equal(["one\\"]);
      expect(at("a\\|b").press("enter").lines).to.deep.equal(["a\\b"]);
    });

    it("before the room a backslash at the end is part of the line, which may hold a password", () => {
      const typist = new Typist({}, false).enter("login budi secret\\");
      expect(typist.lines).to.deep.equal(["login budi secret\\"]);
    });
  });

  describe("leaving", () => {
    it("Ctrl-C clears the line, then asks, then interrupts", () => {
      const typist = new Typist().type("one").press("ctrl-c");
      expect(typist.shown).to.equal("|");
      expect(typist.hint).to.equal("");
      expect(typist.press("ctrl-c").hint).to.equal("Ctrl-C again: leave");
      expect(typist.actions).to.deep.equal([]);
      expect(typist.press("ctrl-c").actions).to.deep.equal([{ kind: "interrupt" }]);
    });

    it("any key between two Ctrl-C keeps the person in the room", () => {
      const typist = new Typist().press("ctrl-c", "left", "ctrl-c").type("a").press("backspace", "ctrl-c");
      expect(typist.actions).to.deep.equal([]);
    });

    it("Ctrl-D leaves only if the line is empty", () => {
      const typist = new Typist().type("a").press("ctrl-d");
      expect(typist.actions).to.deep.equal([]);
      expect(typist.press("backspace", "ctrl-d").actions).to.deep.equal([{ kind: "end" }]);
    });
  });

  describe("what the screen does", () => {
    it("Ctrl-L draws again, and Ctrl-Z suspends; the text stays", () => {
      const typist = new Typist().type("one").press("ctrl-l", "ctrl-z");
      expect(typist.actions).to.deep.equal([{ kind: "redraw" }, { kind: "suspend" }]);
      expect(typist.shown).to.equal("one|");
    });

    it("Ctrl-X Ctrl-E opens an editor with the text, whose result replaces it", () => {
      const typist = new Typist().type("one").press("ctrl-x");
      expect(typist.hint).to.contain("$EDITOR");
      expect(typist.press("ctrl-e").actions).to.deep.equal([{ kind: "openEditor", text: "one" }]);
      typist.editor.replace("two\r\nthree\u0007\n");
      expect(typist.shown).to.equal("two\nthree|");
      expect(typist.press("ctrl-_").shown).to.equal("one|");
    });

    it("a text of more than 64 KiB from an editor is refused", () => {
      const typist = new Typist().type("one");
      typist.editor.replace("x".repeat(64 * 1024 + 1));
      expect(typist.shown).to.equal("one|");
      expect(typist.hint).to.contain("64 KiB");
    });

    it("another key after Ctrl-X means what it always means", () => {
      expect(new Typist().type("one").press("ctrl-x", "ctrl-a").shown).to.equal("|one");
      expect(new Typist().press("ctrl-x").type("a").press("ctrl-e").shown).to.equal("a|");
    });

    it("keys without a meaning change nothing", () => {
      expect(new Typist().type("one").press("pagedown", "ctrl-q", "alt-q").shown).to.equal("one|");
    });

    it("a hint that was set stays until the next key", () => {
      const typist = new Typist();
      typist.editor.setHint("saved");
      expect(typist.hint).to.equal("saved");
      expect(typist.press("left").hint).to.equal("");
    });
  });
});
