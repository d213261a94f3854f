import { expect } from "chai";
import fc from "fast-check";
import { COMMANDS, helpFor, parseTyped } from "../../src/server/chat/typedCommands.ts";

const toAll = (text: string) => ({ kind: "send", recipient: undefined, text });
const toOne = (recipient: string, text: string) => ({ kind: "send", recipient, text });
const help = (unknownCommand = "") => ({ kind: "help", unknownCommand, commands: COMMANDS });

describe("A typed line", () => {
  const lines: readonly (readonly [string, string, object])[] = [
    ["sendall is for everyone", "sendall hello there", toAll("hello there")],
    ["sendto is for one", "sendto bob hello there", toOne("bob", "hello there")],
    ["help is answered with help", "help", help()],
    ["has its command in any case", "SendAll hello", toAll("hello")],
    ["has its command in any case, and help knows it", "SENDTO bob", help()],
    ["leaves the case of a name to whoever looks it up", "sendto BOB hello", toOne("BOB", "hello")],
    ["loses one line end", "sendall hello\n", toAll("hello")],
    ["loses one line end of two characters", "sendall hello\r\n", toAll("hello")],
    ["loses no more than one line end", "sendall hello\n\n", toAll("hello\n")],
    ["keeps a line end in the middle", "sendall one\ntwo", toAll("one\ntwo")],
    ["keeps a carriage return that ends no line", "sendall hello\r", toAll("hello\r")],
    ["takes the rest after one space as it is", "sendall  hello  ", toAll(" hello  ")],
    ["takes white space alone as a text", "sendall  ", toAll(" ")],
    ["takes a tab as a text", "sendall \t", toAll("\t")],
    ["takes the rest after the name as it is", "sendto bob  hello ", toOne("bob", " hello ")],
    ["takes white space alone as a text to one", "sendto bob  ", toOne("bob", " ")],
    ["has nothing trimmed in front: the first word is empty then", " sendall hello", help("")],
    ["has its first word up to the first space, and not up to a tab", "sendall\thello", help("sendall\thello")],
    ["has a line end in its first word, if it is there", "send\nall hello", help("send\nall")],
    ["without the text is answered with help", "sendall", help()],
    ["without the text, behind the space, is answered with help", "sendall ", help()],
    ["without the text, but for a line end, is answered with help", "sendall \n", help()],
    ["without the name is answered with help", "sendto", help()],
    ["with an empty name is answered with help", "sendto  hello", help()],
    ["with a name and no text is answered with help", "sendto bob", help()],
    ["with a name, a space and no text is answered with help", "sendto bob ", help()],
    ["that is a command of the client is no unknown one", "list", help()],
    ["that is a command of the client, with more behind it, is no unknown one", "logout now", help()],
    ["that asks for help on something is answered with help", "help me", help()],
    ["that is no command is named in the help", "dance wildly", help("dance")],
    ["that is no command is named in the help in its own case", "DANCE", help("DANCE")],
    ["that is empty is answered with help", "", help("")],
    ["that is a line end is answered with help", "\r\n", help("")],
  ];
  for (const [what, line, expected] of lines) {
    it(what, () => expect(parseTyped(line)).to.deep.equal(expected));
  }

  it("says any text exactly as it was typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        expect(parseTyped(`sendall ${text}\r\n`)).to.deep.equal(toAll(text));
        expect(parseTyped(`sendto bob ${text}\r\n`)).to.deep.equal(toOne("bob", text));
      }),
    );
  });
});

describe("Help", () => {
  it("names every command once, with how to write it and what it does", () => {
    expect(COMMANDS.map(({ name }) => name)).to.deep.equal(["sendall", "sendto", "list", "logout", "help"]);
    for (const { name, usage, summary } of COMMANDS) {
      expect(usage.split(" ")[0]).to.equal(name);
      expect(summary).to.match(/\w/);
    }
  });

  it("cuts an unknown command to 64 bytes, never in the middle of a character", () => {
    expect(helpFor("x".repeat(65)).unknownCommand).to.equal("x".repeat(64));
    expect(helpFor("\u00e9".repeat(40)).unknownCommand).to.equal("\u00e9".repeat(32));
    expect(helpFor(`xyz${"\u{1f600}".repeat(20)}`).unknownCommand).to.equal(`xyz${"\u{1f600}".repeat(15)}`);
  });

  it("names as much of an unknown command as fits into 64 bytes, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 90 }), (word) => {
        const { unknownCommand } = helpFor(word);
        const bytes = Buffer.byteLength(unknownCommand);
        const rest = [...word.slice(unknownCommand.length)];
        expect(word.startsWith(unknownCommand)).to.equal(true);
        expect(bytes).to.be.at.most(64);
        if (rest[0] !== undefined) expect(bytes + Buffer.byteLength(rest[0])).to.be.above(64);
      }),
    );
  });
});
