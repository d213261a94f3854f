import { expect } from "chai";
import { Typist } from "./typist.ts";

const LINES = ["sendall one", "list", "sendall Two"];

describe("The history of the editor", () => {
  describe("recalling", () => {
    it("Up brings earlier lines, the newest first, and Down goes back to the line being typed", () => {
      const typist = new Typist({ history: LINES }).type("typed");
      const shown = ["up", "up", "up", "up"].map((key) => typist.press(key).shown);
      expect(shown).to.deep.equal(["sendall Two|", "list|", "sendall one|", "sendall one|"]);
      const back = ["down", "ctrl-n", "down", "down"].map((key) => typist.press(key).shown);
      expect(back).to.deep.equal(["list|", "sendall Two|", "typed|", "typed|"]);
    });

    it("Up moves through the lines of a text before it recalls", () => {
      const typist = new Typist({ history: LINES }).paste("a\nb");
      expect(typist.press("up").shown).to.equal("a|\nb");
      expect(typist.press("up").shown).to.equal("sendall Two|");
      expect(typist.press("down").shown).to.equal("a\nb|");
    });

    it("a recalled line that was changed stays changed until a line is entered", () => {
      const typist = new Typist({ history: LINES }).press("up").type("!").press("up", "down");
      expect(typist.shown).to.equal("sendall Two!|");
      typist.press("down", "up");
      expect(typist.shown).to.equal("sendall Two!|");
      typist.press("enter", "up", "up");
      expect(typist.shown).to.equal("sendall Two|");
    });

    it("a recalled line that was changed back is as it was", () => {
      const typist = new Typist({ history: LINES })
        .press("up")
        .type("!")
        .press("up", "down", "backspace", "up", "down");
      expect(typist.shown).to.equal("sendall Two|");
    });

    it("Up moves to the end of the line above if a text of several lines was recalled", () => {
      const typist = new Typist({ history: ["abc\ndefg"] }).press("up", "up");
      expect(typist.shown).to.equal("abc|\ndefg");
    });

    it("a change of one line is not undone in another", () => {
      const typist = new Typist({ history: LINES }).type("typed").press("up", "ctrl-_");
      expect(typist.shown).to.equal("sendall Two|");
    });

    it("before the room nothing is recalled or found", () => {
      const typist = new Typist({ history: LINES }, false).press("up");
      expect(typist.shown).to.equal("|");
      expect(typist.press("ctrl-r").type("s").shown).to.equal("|");
    });
  });

  describe("remembering", () => {
    it("entered lines are remembered, but not blank ones, and not the same twice in a row", () => {
      const saved: string[] = [];
      const typist = new Typist({ remember: (line) => saved.push(line) });
      for (const line of ["one", "one", " ", "", "two\nlines", "one"]) typist.paste(line).press("enter");
      expect(typist.editor.history).to.deep.equal(["one", "two\nlines", "one"]);
      expect(saved).to.deep.equal(["one", "two\nlines", "one"]);
    });

    it("lines that are entered before the room are not remembered", () => {
      const typist = new Typist({}, false).enter("login budi secret");
      typist.editor.startHistory();
      expect(typist.press("up").shown).to.equal("|");
      expect(typist.editor.history).to.deep.equal([]);
    });

    it("a line that may hold a secret is neither remembered nor taken from a file", () => {
      const mayHoldSecret = (line: string) => line.startsWith("login");
      const typist = new Typist({ history: ["login ani old", "list"], mayHoldSecret }).enter("login budi new");
      expect(typist.lines).to.deep.equal(["login budi new"]);
      expect(typist.editor.history).to.deep.equal(["list"]);
    });

    it("the newest 1,000 lines are kept", () => {
      const typist = new Typist({ history: Array.from({ length: 1200 }, (_, index) => `old ${index}`) });
      expect(typist.editor.history[0]).to.equal("old 200");
      typist.enter("new");
      expect(typist.editor.history).to.have.length(1000);
      expect([typist.editor.history[0], typist.editor.history.at(-1)]).to.deep.equal(["old 201", "new"]);
    });

    it("the newest lines of up to 256 KiB are kept", () => {
      const typist = new Typist();
      for (let index = 0; index < 9; index++) typist.enter(`${index}${"é".repeat(16 * 1024 - 1)}x`);
      expect(typist.editor.history.map((line) => line[0]).join("")).to.equal("12345678");
    });

    it("control characters in a saved line are dropped", () => {
      expect(new Typist({ history: ["a\u001b[2J\r\nb"] }).press("up").shown).to.equal("a[2J\nb|");
    });
  });

  describe("searching", () => {
    it("Ctrl-R finds the newest line with the typed text in upper or lower case, and then older ones", () => {
      const typist = new Typist({ history: LINES }).type("typed").press("ctrl-r");
      expect(typist.editor.view.prompt).to.equal('search for "": ');
      expect(typist.type("ALL ").shown).to.equal("send|all Two");
      expect(typist.editor.view.prompt).to.equal('search for "ALL ": ');
      expect(typist.press("ctrl-r").shown).to.equal("send|all one");
      expect(typist.press("ctrl-r").hint).to.contain("no earlier line");
      expect(typist.shown).to.equal("send|all one");
    });

    it("a match stays while what is typed fits it, and Backspace begins at the newest line again", () => {
      const typist = new Typist({ history: LINES }).press("ctrl-r").type("send").press("ctrl-r");
      expect(typist.shown).to.equal("|sendall one");
      expect(typist.type("a").shown).to.equal("|sendall one");
      expect(typist.press("backspace").shown).to.equal("|sendall Two");
    });

    it("what is searched for is text and not a pattern", () => {
      const typist = new Typist({ history: ["a.*b", "axxb"] }).press("ctrl-r").type(".*");
      expect(typist.shown).to.equal("a|.*b");
      for (const character of "\\^$+?()[]{}|/-") expect(() => typist.type(character)).not.to.throw();
    });

    it("Enter runs the line that was found", () => {
      const typist = new Typist({ history: LINES }).press("ctrl-r").type("li").press("enter");
      expect(typist.lines).to.deep.equal(["list"]);
      expect(typist.shown).to.equal("|");
    });

    it("Enter does nothing while nothing was found", () => {
      const typist = new Typist({ history: LINES }).type("typed").press("ctrl-r").type("zzz").press("enter");
      expect(typist.lines).to.deep.equal([]);
      expect(typist.press("ctrl-g").shown).to.equal("typed|");
    });

    it("Escape, Ctrl-G and Ctrl-C go back to what was typed", () => {
      for (const key of ["escape", "ctrl-g", "ctrl-c"]) {
        const typist = new Typist({ history: LINES }).type("typed").press("ctrl-r").type("li").press(key);
        expect(typist.shown).to.equal("typed|");
        expect(typist.editor.view.prompt).to.equal("› ");
      }
    });

    it("another key accepts the line and is carried out, and undo brings back what was typed", () => {
      const typist = new Typist({ history: LINES }).type("typed").press("ctrl-r").type("one").press("end");
      expect(typist.shown).to.equal("sendall one|");
      expect(typist.lines).to.deep.equal([]);
      expect(typist.press("ctrl-_").shown).to.equal("typed|");
    });

    it("Tab only accepts the line", () => {
      const complete = () => expect.fail("nothing is completed");
      const typist = new Typist({ history: LINES, complete }).press("ctrl-r").type("one").press("tab");
      expect(typist.shown).to.equal("sendall |one");
    });

    it("Ctrl-S does nothing in a search", () => {
      const typist = new Typist({ history: LINES }).press("ctrl-r").type("send").press("ctrl-r", "ctrl-s");
      expect(typist.shown).to.equal("|sendall one");
    });

    it("Ctrl-R twice searches for the same again", () => {
      const typist = new Typist({ history: LINES }).press("ctrl-r").type("one").press("escape", "ctrl-r", "ctrl-r");
      expect(typist.shown).to.equal("sendall |one");
    });

    it("the cursor stands before the grapheme that what was found is in", () => {
      const typist = new Typist({ history: ["ae\u0301"] }).press("ctrl-r").type("\u0301");
      expect(typist.shown).to.equal("a|e\u0301");
    });

    it("a pasted text is searched for on one line", () => {
      const typist = new Typist({ history: ["a b"] }).press("ctrl-r").paste("a\nb");
      expect(typist.shown).to.equal("|a b");
      expect(typist.lines).to.deep.equal([]);
    });
  });
});
