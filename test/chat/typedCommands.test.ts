import { expect } from "chai";
import fc from "fast-check";
import { COMMANDS, helpFor, parseTyped } from "../../src/server/chat/typedCommands.ts";

const toAll = (text: string) => ({ kind: "send", recipient: undefined, text });
const toOne = (recipient: string, text: string) => ({ kind: "send", recipient, text });
const help = (unknownCommand = "") => ({ kind: "help", unknownCommand, commands: COMMANDS });

describe("parseTyped", () => {
  const lines: readonly (readonly [string, string, object])[] = [
    ["sendall sends to everyone", "sendall hello there", toAll("hello there")],
    ["sendto sends to one user", "sendto bob hello there", toOne("bob", "hello there")],
    ["help is answered with help", "help", help()],
    ["the command may be in upper or lower case", "SendAll hello", toAll("hello")],
    ["an incomplete command in upper case is not an unknown one", "SENDTO bob", help()],
    ["the case of a name is kept", "sendto BOB hello", toOne("BOB", "hello")],
    ["a line end is cut off", "sendall hello\n", toAll("hello")],
    ["a line end of two characters is cut off", "sendall hello\r\n", toAll("hello")],
    ["only one line end is cut off", "sendall hello\n\n", toAll("hello\n")],
    ["a line end within the text is kept", "sendall one\ntwo", toAll("one\ntwo")],
    ["a carriage return that ends no line is kept", "sendall hello\r", toAll("hello\r")],
    ["the text after one space is taken as it is", "sendall  hello  ", toAll(" hello  ")],
    ["a space alone is a text", "sendall  ", toAll(" ")],
    ["a tab alone is a text", "sendall \t", toAll("\t")],
    ["the text after the name and one space is taken as it is", "sendto bob  hello ", toOne("bob", " hello ")],
    ["a space alone is a text to one user", "sendto bob  ", toOne("bob", " ")],
    ["a line that begins with a space has an empty command", " sendall hello", help("")],
    ["a tab does not end the command", "sendall\thello", help("sendall\thello")],
    ["a line end within the first word is kept", "send\nall hello", help("send\nall")],
    ["sendall without a text is answered with help", "sendall", help()],
    ["sendall with a space and no text is answered with help", "sendall ", help()],
    ["sendall with a line end and no text is answered with help", "sendall \n", help()],
    ["sendto without a name is answered with help", "sendto", help()],
    ["sendto with an empty name is answered with help", "sendto  hello", help()],
    ["sendto with a name and no text is answered with help", "sendto bob", help()],
    ["sendto with a name, a space and no text is answered with help", "sendto bob ", help()],
    ["a command of the client is not an unknown one", "list", help()],
    ["a command of the client with arguments is not an unknown one", "logout now", help()],
    ["help with an argument is answered with help", "help me", help()],
    ["an unknown command is named in the help", "dance wildly", help("dance")],
    ["an unknown command keeps its case in the help", "DANCE", help("DANCE")],
    ["an empty line is answered with help", "", help("")],
    ["a line end alone is answered with help", "\r\n", help("")],
  ];
  for (const [title, line, expected] of lines) {
    it(title, () => expect(parseTyped(line)).to.deep.equal(expected));
  }

  it("any text is sent exactly as it was typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        expect(parseTyped(`sendall ${text}\r\n`)).to.deep.equal(toAll(text));
        expect(parseTyped(`sendto bob ${text}\r\n`)).to.deep.equal(toOne("bob", text));
      }),
    );
  });
});

describe("helpFor", () => {
  it("the help names every command once, with its usage and a summary", () => {
    expect(COMMANDS.map(({ name }) => name)).to.deep.equal(["sendall", "sendto", "list", "logout", "help"]);
    for (const { name, usage, summary } of COMMANDS) {
      expect(usage.split(" ")[0]).to.equal(name);
      expect(summary).to.match(/\w/);
    }
  });

  it("an unknown command is cut to 64 bytes, never within a character", () => {
    expect(helpFor("x".repeat(65)).unknownCommand).to.equal("x".repeat(64));
    expect(helpFor("\u00e9".repeat(40)).unknownCommand).to.equal("\u00e9".repeat(32));
    expect(helpFor(`xyz${"\u{1f600}".repeat(20)}`).unknownCommand).to.equal(`xyz${"\u{1f600}".repeat(15)}`);
  });

  it("the help has as much of any unknown command as fits into 64 bytes", () => {
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
