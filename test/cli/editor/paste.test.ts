import { expect } from "chai";
import { Typist } from "./typist.ts";

const ELEVEN = Array.from({ length: 11 }, (_, index) => `line ${index}`).join("\n");

describe("A paste into the editor", () => {
  it("a paste of several lines is inserted and runs nothing", () => {
    const typist = new Typist().type("[]").press("left").paste("list\nlogout\n");
    expect(typist.shown).to.equal("[list\nlogout\n|]");
    expect(typist.actions).to.deep.equal([]);
  });

  it("line ends become \\n, control characters are dropped, tabs and U+2028 stay", () => {
    const typist = new Typist().paste("a\r\nb\rc\td\u2028e\u001b[31m\u0003\u0085");
    expect(typist.editor.view.text).to.equal("a\nb\nc\td\u2028e[31m");
  });

  it("U+2028 in a paste or in typed text does not end a line", () => {
    const typist = new Typist().paste("a\u2028b").type("\u2028c");
    expect(typist.actions).to.deep.equal([]);
    expect(typist.press("enter").lines).to.deep.equal(["a\u2028b\u2028c"]);
  });

  it("ten lines are inserted at once, also with a line end after them", () => {
    const ten = ELEVEN.slice(0, ELEVEN.lastIndexOf("\n") + 1);
    expect(new Typist().paste(ten).editor.view.text).to.equal(ten);
  });

  it("a paste of more than ten lines is asked about", () => {
    const typist = new Typist().type("typed").paste(ELEVEN);
    expect(typist.hint).to.equal("paste 11 lines? Enter: yes, Esc: no");
    expect(typist.shown).to.equal("typed|");
    expect(typist.press("enter").shown).to.equal(`typed${ELEVEN}|`);
    expect(typist.actions).to.deep.equal([]);
    expect(typist.press("ctrl-_").shown).to.equal("typed|");
  });

  it("Escape, Ctrl-G and Ctrl-C answer no", () => {
    for (const key of ["escape", "ctrl-g", "ctrl-c"]) {
      const typist = new Typist().type("typed").paste(ELEVEN).press(key);
      expect(typist.shown).to.equal("typed|");
      expect(typist.hint).to.equal("");
    }
  });

  it("other keys do not answer the question", () => {
    const typist = new Typist().type("typed").paste(ELEVEN).type("y").press("ctrl-d", "tab", "up", "ctrl-x", "ctrl-e");
    expect(typist.actions).to.deep.equal([]);
    expect(typist.press("enter").shown).to.equal(`typed${ELEVEN}|`);
  });

  it("another paste takes the place of the one that is asked about", () => {
    expect(new Typist().paste(ELEVEN).paste("short").shown).to.equal("short|");
  });

  it("a paste of more than 64 KiB is refused, and an offer stays", () => {
    const typist = new Typist();
    typist.editor.offer({ line: "hello", alternative: undefined, hint: "" });
    typist.paste(`${"é".repeat(32 * 1024)}x`);
    expect(typist.shown).to.equal("[hello|]");
    expect(typist.hint).to.contain("64 KiB");
    expect(typist.paste("é".repeat(32 * 1024)).editor.view.text).to.have.length(32 * 1024);
  });
});
