import { expect } from "chai";
import { Typist } from "./typist.ts";

/** Completes the word before the cursor to the names that begin with it. */
function typistWith(...names: string[]): Typist {
  return new Typist({
    complete: (line, cursor) => {
      const from = line.lastIndexOf(" ", cursor - 1) + 1;
      const typed = line.slice(from, cursor);
      return { from, candidates: names.filter((name) => name.startsWith(typed)) };
    },
  });
}

describe("The completion of the editor", () => {
  it("Tab completes to the only candidate, with a blank", () => {
    const typist = typistWith("budi", "ani").type("sendto b").press("tab");
    expect(typist.shown).to.equal("sendto budi |");
    expect(typist.hint).to.equal("");
  });

  it("a part of the line before the cursor is completed, and no second blank inserted", () => {
    const typist = typistWith("budi").type("sendto b hello").press("ctrl-a", "alt-f", "alt-f", "tab");
    expect(typist.shown).to.equal("sendto budi |hello");
  });

  it("Tab completes the beginning that all candidates share, then goes through them and back to the beginning", () => {
    const typist = typistWith("sendall", "sendto", "search").type("sen");
    expect(typist.press("tab").shown).to.equal("send|");
    expect(typist.hint).to.equal("sendall  sendto");
    const shown = ["tab", "tab", "tab", "tab"].map((key) => typist.press(key).shown);
    expect(shown).to.deep.equal(["sendall |", "sendto |", "send|", "sendall |"]);
    expect(typist.hint).to.equal("[sendall]  sendto");
  });

  it("Tab begins with the first candidate if the beginning is typed already", () => {
    const typist = typistWith("budi", "bayu").type("b");
    expect(typist.press("tab").shown).to.equal("budi |");
    expect(typist.press("tab").shown).to.equal("bayu |");
  });

  it("Tab on an empty word only shows the candidates, and again takes the first", () => {
    const typist = typistWith("budi", "ani").press("tab");
    expect(typist.shown).to.equal("|");
    expect(typist.hint).to.equal("budi  ani");
    expect(typist.press("tab").shown).to.equal("budi |");
  });

  it("Shift-Tab goes back, and begins at the last candidate", () => {
    const typist = typistWith("budi", "bayu", "bima").type("b").press("shift-tab");
    expect(typist.shown).to.equal("bima |");
    expect(typist.press("shift-tab").shown).to.equal("bayu |");
    expect(typist.press("shift-tab", "shift-tab").shown).to.equal("b|");
  });

  it("Escape takes the completion back", () => {
    expect(typistWith("sendall", "sendto").type("s").press("tab", "tab", "escape").shown).to.equal("s|");
    expect(typistWith("budi").type("b").press("tab", "escape").shown).to.equal("b|");
  });

  it("any other key ends the completion, and the next Tab begins a new one", () => {
    const typist = typistWith("budi", "bayu").type("b").press("tab").type("b").press("tab");
    expect(typist.shown).to.equal("budi budi |");
  });

  it("punctuation and a blank after a completed word take the place of its blank", () => {
    const mention = () => typistWith("budi").type("b").press("tab");
    expect(mention().type(", hello").shown).to.equal("budi, hello|");
    expect(mention().type(" hello").shown).to.equal("budi hello|");
    expect(mention().type("hello").shown).to.equal("budi hello|");
    const inside = () => typistWith("budi").type("b hello").press("ctrl-a", "right", "tab");
    expect(inside().type(",").shown).to.equal("budi,| hello");
    expect(inside().type(" ").shown).to.equal("budi |hello");
  });

  it("undo takes a completion back", () => {
    expect(typistWith("budi").type("b").press("tab", "ctrl-_").shown).to.equal("b|");
  });

  it("a hint says that there is no completion", () => {
    const typist = typistWith("budi").type("x").press("tab");
    expect(typist.shown).to.equal("x|");
    expect(typist.hint).to.equal("nothing completes this");
    expect(typist.type("y").hint).to.equal("");
  });

  it("the hint shows eight candidates around the chosen one, and counts the others", () => {
    const names = Array.from({ length: 20 }, (_, index) => `user${index}`);
    const typist = typistWith(...names)
      .type("u")
      .press("tab");
    expect(typist.hint).to.equal(`${names.slice(0, 8).join("  ")}  and 12 more`);
    for (let index = 0; index < 10; index++) typist.press("tab");
    expect(typist.hint).to.equal(`${names.slice(2, 9).join("  ")}  [user9]  and 12 more`);
  });

  it("a completion replaces whole graphemes", () => {
    const complete = () => ({ from: 1, candidates: ["x"] });
    expect(new Typist({ complete }).type("e\u0301").press("tab").shown).to.equal("x |");
    expect(new Typist({ complete }).press("tab").shown).to.equal("x |");
  });

  it("the shared beginning ends between graphemes", () => {
    const typist = typistWith("e\u0301\u{1F1E9}\u{1F1EA}", "e\u0301\u{1F1E9}\u{1F1F0}").type("e\u0301".slice(0, 1));
    expect(typist.press("tab").shown).to.equal("e\u0301|");
  });
});
