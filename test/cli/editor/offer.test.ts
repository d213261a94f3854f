import { expect } from "chai";
import type { Offer } from "../../../src/cli/editor/view.ts";
import { Typist } from "./typist.ts";

const HELLO: Offer = { line: "hello", alternative: "sendall hello", hint: "Ctrl-S: send it to everyone" };

function offered(offer = HELLO): Typist {
  const typist = new Typist({ history: ["list"] });
  typist.editor.offer(offer);
  return typist;
}

describe("An offer of the editor", () => {
  it("an offer stands in the empty input, selected and with its hint", () => {
    const typist = offered();
    expect(typist.shown).to.equal("[hello|]");
    expect(typist.hint).to.equal("Ctrl-S: send it to everyone");
  });

  it("typing and a paste replace an offer, and undo brings its line back", () => {
    expect(offered().type("x").shown).to.equal("x|");
    expect(offered().paste("x").shown).to.equal("x|");
    expect(offered().typeSlowly("xyz").press("ctrl-_").shown).to.equal("hello|");
  });

  it("a paste of many lines replaces an offer only after the answer", () => {
    const many = "x\n".repeat(20);
    expect(offered().paste(many).shown).to.equal("[hello|]");
    expect(offered().paste(many).press("escape").shown).to.equal("[hello|]");
    expect(offered().paste(many).press("enter").shown).to.equal(`${many}|`);
  });

  it("arrows, End and Backspace keep the line", () => {
    expect(offered().press("left").shown).to.equal("hell|o");
    expect(offered().press("end").shown).to.equal("hello|");
    expect(offered().press("backspace").shown).to.equal("hell|");
    expect(offered().press("end").type("!").shown).to.equal("hello!|");
    expect(offered().press("end").hint).to.equal("");
  });

  it("Escape drops an offer", () => {
    expect(offered().press("escape").shown).to.equal("|");
    expect(offered().press("escape", "up").shown).to.equal("list|");
  });

  it("Enter runs the line as it is, also with a backslash at its end", () => {
    expect(offered().press("enter").lines).to.deep.equal(["hello"]);
    expect(offered({ ...HELLO, line: "hello\\" }).press("enter").lines).to.deep.equal(["hello\\"]);
  });

  it("Ctrl-S runs the alternative, which is remembered", () => {
    const typist = offered().press("ctrl-s");
    expect(typist.lines).to.deep.equal(["sendall hello"]);
    expect(typist.shown).to.equal("|");
    expect(typist.editor.history).to.deep.equal(["list", "sendall hello"]);
  });

  it("Ctrl-S does nothing without an alternative, or after the line was changed", () => {
    expect(offered({ ...HELLO, alternative: undefined }).press("ctrl-s").shown).to.equal("[hello|]");
    const changed = offered().press("backspace", "ctrl-s");
    expect(changed.lines).to.deep.equal([]);
    expect(changed.shown).to.equal("hell|");
  });

  it("an offer waits while the person types, and Up brings it before the history", () => {
    const typist = new Typist({ history: ["list"] }).type("typed");
    typist.editor.offer(HELLO);
    expect(typist.shown).to.equal("typed|");
    expect(typist.hint).to.equal("Up: the line that was not sent");
    expect(typist.press("up").shown).to.equal("[hello|]");
    expect(typist.hint).to.equal("Ctrl-S: send it to everyone");
    expect(typist.press("up").shown).to.equal("list|");
    expect(typist.press("down").shown).to.equal("[hello|]");
    expect(typist.press("down").shown).to.equal("typed|");
  });

  it("the newest of the waiting offers comes first, and each only until it was entered", () => {
    const typist = new Typist().type("typed");
    for (const line of ["one", "two"]) typist.editor.offer({ ...HELLO, line });
    expect(typist.hint).to.equal("Up: 2 lines not sent");
    expect(typist.press("up").shown).to.equal("[two|]");
    expect(typist.press("enter").lines).to.deep.equal(["two"]);
    expect(typist.press("up").shown).to.equal("[one|]");
    expect(typist.press("ctrl-s").lines).to.deep.equal(["two", "sendall hello"]);
    expect(typist.hint).to.equal("");
    expect(typist.press("up").shown).to.equal("sendall hello|");
  });

  it("a waiting offer that was changed and entered does not come again", () => {
    const typist = new Typist().type("typed");
    typist.editor.offer(HELLO);
    expect(typist.press("up", "end").type("!").hint).to.equal("");
    expect(typist.press("enter", "up").shown).to.equal("hello!|");
    expect(typist.press("up").shown).to.equal("hello!|");
  });

  it("an offer waits while a line was recalled, also if that was emptied", () => {
    const typist = new Typist({ history: ["list"] }).press("up", "ctrl-u");
    typist.editor.offer(HELLO);
    expect(typist.shown).to.equal("|");
  });

  it("control characters of an offer are dropped", () => {
    expect(offered({ ...HELLO, line: "a\u001b\rb" }).shown).to.equal("[a\nb|]");
    expect(offered({ ...HELLO, alternative: "a\u0007b" }).press("ctrl-s").lines).to.deep.equal(["ab"]);
  });

  it("typed text that is too long leaves the offer", () => {
    expect(offered().type("x".repeat(64 * 1024 + 1)).shown).to.equal("[hello|]");
  });

  it("Escape drops a waiting offer that was brought, and goes back to what was typed", () => {
    const typist = new Typist().type("typed");
    typist.editor.offer(HELLO);
    expect(typist.press("up", "escape").shown).to.equal("typed|");
    expect(typist.hint).to.equal("");
  });

  it("typing over a waiting offer keeps what was typed before", () => {
    const typist = new Typist().type("typed");
    typist.editor.offer(HELLO);
    expect(typist.press("up").type("x").shown).to.equal("x|");
    expect(typist.press("down").shown).to.equal("typed|");
    expect(typist.hint).to.equal("");
  });

  it("a second offer waits behind the one in the input", () => {
    const typist = offered();
    typist.editor.offer({ ...HELLO, line: "second" });
    expect(typist.shown).to.equal("[hello|]");
    expect(typist.press("up").shown).to.equal("[second|]");
    expect(typist.press("down").shown).to.equal("hello|");
  });

  it("an offer waits during a search, a question and a secret", () => {
    const search = new Typist().press("ctrl-r");
    const question = new Typist().paste("x\n".repeat(20));
    const secret = new Typist();
    secret.editor.askSecret("password: ");
    for (const typist of [search, question, secret]) typist.editor.offer(HELLO);
    secret.editor.askSecret(undefined);
    for (const typist of [search, question, secret]) {
      expect(typist.press("escape").shown).to.equal("|");
      expect(typist.press("up").shown).to.equal("[hello|]");
    }
  });

  it("the newest 20 offers wait", () => {
    const typist = new Typist().type("typed");
    for (let index = 0; index < 25; index++) typist.editor.offer({ ...HELLO, line: `line ${index}` });
    for (let index = 0; index < 20; index++) typist.press("up");
    expect(typist.shown).to.equal("[line 5|]");
    expect(typist.press("up").shown).to.equal("line 5|");
  });
});
