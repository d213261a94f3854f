import { expect } from "chai";
import { Typist } from "./typist.ts";

function asked(): Typist {
  const typist = new Typist({ history: ["list"] }).type("typed").press("left");
  typist.editor.askSecret("password: ");
  return typist;
}

describe("A secret in the editor", () => {
  it("a secret is returned and not shown", () => {
    const typist = asked().type("horse");
    const hint = "what you type is not shown";
    expect(typist.editor.view).to.deep.equal({ text: "", cursor: 0, prompt: "password: ", isSelected: false, hint });
    expect(typist.press("enter").lines).to.deep.equal(["horse"]);
    expect(typist.press("enter").lines).to.deep.equal(["horse", ""]);
  });

  it("what was being typed before comes back, with its cursor", () => {
    const typist = asked().type("horse").press("enter");
    typist.editor.askSecret(undefined);
    expect(typist.shown).to.equal("type|d");
    expect(typist.editor.view.prompt).to.equal("› ");
  });

  it("no key shows or remembers a secret afterwards", () => {
    const typist = asked().type("horse").press("ctrl-u").type("horse").press("enter").type("left over");
    typist.editor.askSecret(undefined);
    for (const key of ["ctrl-y", "ctrl-_", "up", "up", "down", "ctrl-r"]) {
      expect(typist.press(key).editor.view.text).not.to.match(/horse|left over/);
    }
    expect(typist.editor.history).to.deep.equal(["list"]);
  });

  it("Backspace removes one grapheme, and Ctrl-U everything", () => {
    expect(asked().type("pass🇮🇩").press("backspace", "enter").lines).to.deep.equal(["pass"]);
    expect(asked().type("wrong").press("ctrl-u").type("right").press("enter").lines).to.deep.equal(["right"]);
  });

  it("keys for editing and for the history do nothing", () => {
    const typist = asked()
      .type("ab")
      .press("left", "home", "ctrl-w", "ctrl-k", "up", "ctrl-r", "tab", "ctrl-x", "ctrl-e");
    expect(typist.type("c").press("enter").actions).to.deep.equal([{ kind: "line", line: "abc" }]);
  });

  it("a secret may end with a backslash", () => {
    expect(asked().type("a\\").press("enter").lines).to.deep.equal(["a\\"]);
  });

  it("a secret of one line can be pasted, also with a line end after it", () => {
    expect(asked().paste("horse\n").press("enter").lines).to.deep.equal(["horse"]);
    const several = asked().paste("horse\nstaple");
    expect(several.hint).to.contain("one line");
    expect(several.press("enter").lines).to.deep.equal([""]);
  });

  it("a secret of more than 64 KiB is refused", () => {
    const typist = asked()
      .paste("x".repeat(64 * 1024))
      .type("y");
    expect(typist.hint).to.contain("64 KiB");
    expect(typist.press("enter").lines[0]).to.have.length(64 * 1024);
  });

  it("Ctrl-C clears the secret, and then leaves after a question", () => {
    const typist = asked().type("horse").press("ctrl-c");
    expect(typist.press("ctrl-c").hint).to.equal("Ctrl-C again: leave");
    expect(typist.press("ctrl-c").actions).to.deep.equal([{ kind: "interrupt" }]);
  });

  it("one Ctrl-C before the question and one after it do not leave", () => {
    const typist = new Typist().press("ctrl-c");
    typist.editor.askSecret("password: ");
    expect(typist.press("ctrl-c").actions).to.deep.equal([]);
  });

  it("Ctrl-D leaves only if nothing was typed", () => {
    expect(asked().type("a").press("ctrl-d").actions).to.deep.equal([]);
    expect(asked().press("ctrl-d").actions).to.deep.equal([{ kind: "end" }]);
  });

  it("a second question begins with nothing typed", () => {
    const typist = asked().type("wrong");
    typist.editor.askSecret("again: ");
    expect(typist.type("right").press("enter").lines).to.deep.equal(["right"]);
  });
});
