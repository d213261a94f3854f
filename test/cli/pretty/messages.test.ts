import { expect } from "chai";
import { deleted, edited, found, message, noon, page } from "../../support/items.ts";
import { pretty } from "./format.ts";

const ESC = "\u001b";

describe("A message for a person", () => {
  it("a message shows the time, the sender and the text, and no number", () => {
    expect(pretty()(message())).to.equal("12:05 budi  hello");
  });

  it("the user's own messages are shown as those of you", () => {
    expect(pretty()(message({ sender: "ani" }))).to.equal("12:05 you  hello");
    expect(pretty({ language: "id" })(message({ sender: "ani" }))).to.equal("12:05 Anda  hello");
  });

  it("a user who is called you, in any language of the program, is not shown as the user", () => {
    expect(pretty()(message({ sender: "you" }))).to.equal('12:05 "you"  hello');
    expect(pretty({ language: "id" })(message({ sender: "anda" }))).to.equal('12:05 "anda"  hello');
  });

  it("a private message has a mark before every row, and names both users", () => {
    const format = pretty();
    expect(format(message({ recipient: "ani" }))).to.equal("┃ 12:05 budi → you  hello");
    expect(format(message({ sender: "ani", recipient: "budi" }))).to.equal("┃ 12:05 you → budi  hello");
    expect(format(message({ sender: "ani", recipient: "ani" }))).to.equal("┃ 12:05 you → you  hello");
    expect(format(message({ recipient: "ani", text: "one\ntwo", replyTo: 3n }))).to.equal(
      "┃       ┌ #3\n┃ 12:05 budi → you  one\n┃       two",
    );
  });

  it("a private message of a page and the edit of a private message have the mark, too", () => {
    const format = pretty();
    const secret = message({ recipient: "ani" });
    expect(format({ kind: "history", peer: "", messages: [secret], mayHaveOlder: false })).to.contain(
      "\n┃ 12:05 #7 budi → you  hello\n",
    );
    expect(format(edited(7n, "one\ntwo"))).to.equal("┃ · budi edited #7 (12:05): one\n┃       two");
  });

  it("a reply has the beginning of its message above it", () => {
    const format = pretty();
    const long = "a question that has quite a few more words than one line of a quotation takes";
    expect(format(message({ id: 6n, text: long }))).to.contain("12:05 budi  a question");
    const [quote, reply] = format(message({ id: 7n, sender: "ani", text: "yes", replyTo: 6n })).split("\n");
    expect(quote).to.equal("      ┌ budi: a question that has quite a few more words th…");
    expect(reply).to.equal("12:05 you  yes");
  });

  it("a reply to a message that was not shown, or was deleted, has the number of the message above it", () => {
    const format = pretty();
    expect(format(message({ id: 7n, replyTo: 5n }))).to.equal("      ┌ #5\n12:05 budi  hello");
    expect(format(deleted(7n))).to.equal("· budi deleted #7 (12:05)");
    expect(format(message({ id: 8n, replyTo: 7n }))).to.equal("      ┌ #7\n12:05 budi  hello");
  });

  it("only the last thousand messages are remembered", () => {
    const format = pretty();
    for (let id = 1n; id <= 1_001n; id += 1n) format(message({ id }));
    expect(format(message({ id: 2_000n, replyTo: 2n }))).to.contain("┌ budi: hello");
    expect(format(message({ id: 2_001n, replyTo: 1n }))).to.contain("┌ #1");
  });

  it("an edit names its sender, its message and the new text, and a reply to the message quotes the new text", () => {
    const format = pretty();
    expect(format(edited(7n, "hi"))).to.equal("· #7 was edited: hi");
    format(message());
    expect(format(edited(7n, "one\ntwo"))).to.equal("· budi edited #7 (12:05): one\n      two");
    expect(format(message({ id: 8n, replyTo: 7n }))).to.contain("┌ budi: one⏎two");
    format(message({ id: 9n, sender: "ani" }));
    expect(format(edited(9n, "hi"))).to.equal("· you edited #9 (12:05): hi");
  });

  it("an edit of a message of an earlier day has no time", () => {
    const format = pretty();
    format(message({ sentAt: new Date(2026, 10, 21, 9, 0) }));
    format(message({ id: 8n }));
    expect(format(edited(7n, "hi"))).to.equal("· budi edited #7: hi");
  });

  it("a deletion never repeats the text", () => {
    for (const by of ["budi", ""]) {
      const format = pretty();
      format(message({ text: "my secret" }));
      expect(format(deleted(7n, by)))
        .to.contain("#7")
        .and.not.to.contain("secret");
      expect(format(message({ id: 8n, replyTo: 7n }))).not.to.contain("secret");
    }
  });

  it("a deletion by the server names the sender of the message", () => {
    const format = pretty();
    format(message());
    expect(format(deleted(7n, ""))).to.equal("· the server deleted #7 (12:05) of budi");
  });

  it("a user who is called like the server does not delete as the server", () => {
    const format = pretty({ language: "id" });
    expect(format(deleted(7n, "server"))).to.equal('· "server" menghapus #7');
    expect(format(deleted(7n, ""))).to.equal("· server menghapus #7");
  });

  it("an edited message of the history says so, on a row of its own if there is no space", () => {
    expect(pretty()(message({ editedAt: noon }))).to.equal("12:05 budi  hello (edited)");
    expect(pretty()(message({ editedAt: noon }), 25)).to.equal("12:05 budi  hello\n      (edited)");
  });

  it("further lines of a text stand below its first line", () => {
    expect(pretty()(message({ text: "one\ntwo" }))).to.equal("12:05 budi  one\n      two");
    expect(pretty()(message({ text: "a text that is too long for that" }), 24)).to.equal(
      "12:05 budi  a text that\n      is too long for\n      that",
    );
  });

  it("on a narrow terminal a long name has a line of its own", () => {
    const sender = "a-person-with-a-very-long-name";
    expect(pretty()(message({ sender }), 40)).to.equal(`12:05 ${sender}\n      hello`);
  });

  it("a new day has a line of its own, in the language of the user", () => {
    const tomorrow = new Date(2026, 10, 23, 0, 1);
    const format = pretty();
    expect(format(message({ sentAt: tomorrow }))).to.equal("── Monday 23 November 2026 ──\n00:01 budi  hello");
    expect(format(message({ sentAt: tomorrow }))).to.equal("00:01 budi  hello");
    expect(pretty({ language: "id" })(message({ sentAt: tomorrow }))).to.match(/^── Senin, 23 November 2026 ──\n/);
  });

  it("a page has the days of its messages, and does not change the day of what follows", () => {
    const format = pretty();
    expect(format(page(["one"]))).to.match(/^── Sunday 22 November 2026 ──\n/);
    expect(format(message())).to.equal("12:05 budi  hello");
  });
});

describe("A page for a person", () => {
  it("a page of the history numbers its messages, and says whether there may be more", () => {
    expect(pretty()(page(["one", "two"], true))).to.contain(
      "12:05 #1 budi  one\n12:05 #2 budi  two\n· type history for more",
    );
    expect(pretty()(page(["one"]))).to.contain("12:05 #1 budi  one\n· this is where it begins");
    expect(pretty()(page([]))).to.equal("· there are no earlier messages");
  });

  it("a page of a search numbers its messages, and says whether there may be more", () => {
    expect(pretty()(found("one two", ["one", "two"], { mayHaveOlder: true }))).to.contain(
      "12:05 #1 budi  one\n12:05 #2 budi  two\n· type search for more",
    );
    expect(pretty()(found("one", ["one"]))).to.contain("12:05 #1 budi  one\n· this is all that was found");
    expect(pretty()(found("one", []))).to.equal("· no messages were found");
    expect(pretty()(found("one", [], { continued: true }))).to.equal("· no more messages were found");
  });

  it("the words of a search are emphasized in the text, but not in the name", () => {
    const shown = pretty({ colours: 16 })(found("budi HELLO 31", [`hello budi, ${ESC}[31m hello`]));
    const strong = (text: string) => `${ESC}[1m${text}${ESC}[0m`;
    expect(shown).to.contain(`${strong("hello")} ${strong("budi")}, ␛[31m ${strong("hello")}`);
    expect(shown.split(strong("budi"))).to.have.length(2);
  });
});

describe("The colours of messages", () => {
  it("a name always has the same colour", () => {
    const [first, second] = [pretty({ colours: 256 })(message()), pretty({ colours: 256 })(message())];
    expect(first).to.equal(second);
    expect(first.split(ESC).at(-2)).to.match(/^\[38;5;\d+mbudi$/);
    expect(pretty({ colours: 256 })(message({ sender: "cici" }))).not.to.equal(first.replace("budi", "cici"));
  });

  it("the user's own name is highlighted in messages of others and in edits, but not in the user's own", () => {
    const format = pretty({ colours: 256 });
    const highlighted = `${ESC}[1;7mAni${ESC}[0m`;
    expect(format(message({ text: "thanks, Ani." }))).to.contain(`thanks, ${highlighted}.`);
    expect(format(message({ text: "@ani: look" }))).to.contain(`${ESC}[1;7m@ani${ESC}[0m: look`);
    expect(format(edited(7n, "sorry, Ani"))).to.contain(`sorry, ${highlighted}`);
    expect(format(message({ sender: "ani", text: "I am Ani" }))).not.to.contain(highlighted);
  });

  it("every row is painted on its own, so that no colour goes on beyond the end of a row", () => {
    const format = pretty({ colours: 256 });
    const long = "ani says many words, so many that they need more than a single row of this terminal".repeat(3);
    for (const item of [
      message({ text: long, recipient: "ani" }),
      edited(9n, long),
      { kind: "note", text: long } as const,
    ]) {
      for (const row of format(item, 40).split("\n")) {
        let isOpen = false;
        for (const [, parameters] of row.matchAll(new RegExp(`${ESC}\\[([\\d;]*)m`, "g"))) isOpen = parameters !== "0";
        expect(isOpen, JSON.stringify(row)).to.equal(false);
      }
    }
  });

  it("the output without colours has no control sequences", () => {
    expect(pretty()(message({ text: `${ESC}[31mred`, recipient: "ani" }))).not.to.contain(ESC);
  });
});
