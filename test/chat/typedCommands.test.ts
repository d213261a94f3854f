import { expect } from "chai";
import fc from "fast-check";
import { COMMANDS, helpFor, parseTyped } from "../../src/server/chat/typedCommands.ts";

const toAll = (text: string) => ({ kind: "send", recipient: undefined, text, replyTo: 0, evenIfOffline: false });
const toOne = (recipient: string, text: string) => ({ ...toAll(text), recipient });
const told = (recipient: string, text: string) => ({ ...toOne(recipient, text), evenIfOffline: true });
const replied = (messageId: number, text: string) => ({ kind: "reply", messageId, text });
const edited = (messageId: number, text: string) => ({ kind: "edit", messageId, text, logId: "" });
const deleted = (messageId: number) => ({ kind: "delete", messageId, logId: "" });
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
    ["tell sends to one user who may be offline", "tell bob hello there", told("bob", "hello there")],
    ["tell without a text is answered with help", "tell bob", help()],
    ["tell with a name, a space and no text is answered with help", "tell bob ", help()],
    ["reply replies to a message", "reply 12 hello there", replied(12, "hello there")],
    ["reply takes the text after the id and one space as it is", "Reply 12  hello ", replied(12, " hello ")],
    ["reply without a text is answered with help", "reply 12", help()],
    ["reply with an id, a space and no text is answered with help", "reply 12 ", help()],
    ["reply without an id is answered with help", "reply", help()],
    ["edit replaces the text of a message", "edit 12 hello there", edited(12, "hello there")],
    ["edit without a text is answered with help", "edit 12", help()],
    ["edit with a line end and no text is answered with help", "edit 12 \n", help()],
    ["edit with a name for an id is answered with help", "edit bob hello", help()],
    ["edit with two spaces before the id is answered with help", "edit  12 hello", help()],
    ["delete deletes a message", "DELETE 12\n", deleted(12)],
    ["delete without an id is answered with help", "delete", help()],
    ["delete with an empty id is answered with help", "delete ", help()],
    ["delete with a space after the id is answered with help", "delete 12 ", help()],
    ["delete with a text after the id is answered with help", "delete 12 now", help()],
    ["delete with two ids is answered with help", "delete 12 13", help()],
    ["an id with a sign is answered with help", "delete -1", help()],
    ["an id with a plus is answered with help", "delete +1", help()],
    ["an id with a number sign is answered with help", "delete #1", help()],
    ["an id with a fraction is answered with help", "edit 1.5 hello", help()],
    ["an id with an exponent is answered with help", "edit 1e3 hello", help()],
    ["an id in hexadecimal is answered with help", "delete 0x10", help()],
    ["an id in other digits than 0 to 9 is answered with help", "delete \u0661\u0662", help()],
    ["an id with a line end within is answered with help", "delete 1\n\n", help()],
    ["an id may begin with zeros", "delete 0012", deleted(12)],
    ["the id 0 is an id", "delete 0", deleted(0)],
    ["an id beyond every id becomes the largest", "delete 99999999999999999999", deleted(Number.MAX_SAFE_INTEGER)],
    ["an id of 60,000 digits becomes the largest", `delete ${"9".repeat(60_000)}`, deleted(Number.MAX_SAFE_INTEGER)],
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
        expect(parseTyped(`tell bob ${text}\r\n`)).to.deep.equal(told("bob", text));
        expect(parseTyped(`reply 7 ${text}\r\n`)).to.deep.equal(replied(7, text));
        expect(parseTyped(`edit 7 ${text}\r\n`)).to.deep.equal(edited(7, text));
      }),
    );
  });
});

describe("helpFor", () => {
  it("the help names every command once, with its usage and a summary", () => {
    const original = ["sendall", "sendto", "list", "logout", "help"];
    expect(COMMANDS.map(({ name }) => name)).to.deep.equal([...original, "tell", "reply", "edit", "delete"]);
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
