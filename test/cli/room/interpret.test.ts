import { expect } from "chai";
import { interpret } from "../../../src/cli/room/person/interpret.ts";

/** The meaning of a line in a few words. */
function meaning(line: string, says = false): string {
  const read = interpret(line, says);
  switch (read.kind) {
    case "line":
      return read.line;
    case "own":
      return `own ${read.command.word}: ${read.rest}`;
    default:
      return read.kind;
  }
}

describe("The meaning of a line that a person types", () => {
  it("the commands of IRC stand for commands of the room", () => {
    expect(meaning("/msg budi  see you")).to.equal("tell budi  see you");
    expect(meaning("/MSG budi hello")).to.equal("tell budi hello");
    expect(meaning("/who")).to.equal("list");
    expect(meaning("/who #room")).to.equal("list");
    expect(meaning("/help")).to.equal("help");
    expect(meaning("/help keys")).to.equal("own help keys: keys");
    expect(meaning("/quit so long")).to.equal("quit");
    expect(meaning("/me waves")).to.equal("sendall * waves");
    expect(meaning("/me ")).to.equal("sendall");
  });

  it("a slash before a command changes nothing, and before another word it stays", () => {
    expect(meaning("/sendall hello")).to.equal("sendall hello");
    expect(meaning("/reply #7 yes")).to.equal("reply #7 yes");
    expect(meaning("/bell off")).to.equal("own bell: off");
    expect(meaning("/dance now")).to.equal("/dance now");
    expect(meaning("/")).to.equal("/");
  });

  it("a line that is no command stays as it is, without the blanks before it", () => {
    expect(meaning("hello there")).to.equal("hello there");
    expect(meaning("  sendall hello ")).to.equal("sendall hello ");
    expect(meaning("//x")).to.equal("//x");
  });

  it("in say mode it goes to everyone, and two slashes send one", () => {
    expect(meaning("hello there", true)).to.equal("sendall hello there");
    expect(meaning("two\nlines", true)).to.equal("sendall two\nlines");
    expect(meaning("//x", true)).to.equal("sendall /x");
    expect(meaning("/dance", true)).to.equal("/dance");
    expect(meaning("list", true)).to.equal("list");
    expect(meaning("say off", true)).to.equal("own say: off");
  });

  it("in say mode a command that a sentence may begin with needs a slash", () => {
    for (const line of ["edit 5 of them", "tell budi hi", "Delete 5", "reply 5 yes", "sendto budi hi"]) {
      expect(interpret(line, true), line).to.deep.equal({ kind: "unclear", line: `/${line}` });
      expect(meaning(`/${line}`, true), line).to.equal(line);
      expect(meaning(line), line).to.equal(line);
    }
  });

  it("in say mode a line that begins like a sign-in goes nowhere", () => {
    for (const line of ["login budi secret", "  Login budi secret", "regster budi secret", "ｌogin budi secret"]) {
      expect(meaning(line, true), line).to.equal("mayHoldPassword");
    }
  });

  it("quit leaves only without further words", () => {
    expect(meaning("quit ")).to.equal("quit");
    expect(meaning("QUIT")).to.equal("quit");
    expect(meaning("quit your job", true)).to.equal("own quit: your job");
  });

  it("history #ID jumps to the message, and history NAME does not", () => {
    expect(meaning("history #12")).to.equal("own jump: #12");
    expect(meaning("history 12")).to.equal("history 12");
  });
});
