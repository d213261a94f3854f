import { expect } from "chai";
import type { Item } from "../../src/cli/terminal/item.ts";
import { formatJson } from "../../src/cli/terminal/json.ts";
import { formatPlain } from "../../src/cli/terminal/plain.ts";
import { Pretty } from "../../src/cli/terminal/pretty.ts";
import { makeStyle } from "../../src/cli/terminal/style.ts";
import { ChatError, Status } from "../../src/client/index.ts";

const noon = new Date(2026, 10, 22, 12, 5);

function message(more: Partial<Extract<Item, { kind: "message" }>> = {}): Item {
  return {
    kind: "message",
    id: 7n,
    sender: "budi",
    recipient: "",
    text: "hello",
    sentAt: noon,
    editedAt: undefined,
    replyTo: undefined,
    replayed: false,
    ...more,
  };
}

function edited(messageId: bigint, text: string): Item {
  return { kind: "edited", id: 20n, messageId, text, editedAt: noon, replayed: false };
}

function deleted(messageId: bigint, by = "budi"): Item {
  return { kind: "deleted", id: 21n, messageId, deletedAt: noon, by, replayed: false };
}

/** Messages of budi, which have the ids 1, 2 and so on. */
function messagesOf(texts: readonly string[]): Extract<Item, { kind: "history" }>["messages"] {
  return texts.map((text, index) => {
    return {
      id: BigInt(index + 1),
      sender: "budi",
      recipient: "",
      text,
      sentAt: noon,
      editedAt: undefined,
      replyTo: undefined,
    };
  });
}

/** A page of the history. */
function page(texts: readonly string[], mayHaveOlder = false): Item {
  return { kind: "history", peer: "", messages: messagesOf(texts), mayHaveOlder };
}

/** A page of a search. */
function found(query: string, texts: readonly string[], more: { mayHaveOlder?: true; continued?: true } = {}): Item {
  return { kind: "search", query, messages: messagesOf(texts), mayHaveOlder: false, continued: false, ...more };
}

function lost(failures: number, willRetryInMs: number): Item {
  const cause = new ChatError(Status.UNAVAILABLE, "connection lost");
  return { kind: "disconnected", failures, willRetryInMs, cause };
}

/** A formatter for ani, after her sign-in. */
function pretty(coloured = false): (item: Item, width?: number) => string {
  const formatter = new Pretty(makeStyle(coloured), noon);
  formatter.format({ kind: "signedIn", username: "ani", expiresAt: noon, created: false }, 80);
  return (item, width = 80) => formatter.format(item, width);
}

describe("Pretty", () => {
  it("a message shows the time, the sender and the text", () => {
    expect(pretty()(message())).to.equal("12:05 budi  hello");
  });

  it("the user's own messages and private messages are marked", () => {
    const format = pretty();
    expect(format(message({ sender: "ani" }))).to.equal("12:05 you  hello");
    expect(format(message({ recipient: "ani" }))).to.equal("12:05 budi → you  hello");
    expect(format(message({ sender: "ani", recipient: "budi" }))).to.equal("12:05 you → budi  hello");
    expect(format(message({ sender: "ani", recipient: "ani" }))).to.equal("12:05 you → you  hello");
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
    expect(format(deleted(7n))).to.equal("· #7 was deleted by budi");
    expect(format(message({ id: 8n, replyTo: 7n }))).to.equal("      ┌ #7\n12:05 budi  hello");
  });

  it("an edit names its message and has the new text", () => {
    const format = pretty();
    expect(format(edited(7n, "hi"))).to.equal("· #7 was edited: hi");
    format(message());
    expect(format(edited(7n, "one\ntwo"))).to.equal("· #7 of budi was edited: one\n  two");
    expect(format(message({ id: 8n, replyTo: 7n }))).to.contain("┌ budi: one⏎two");
  });

  it("a deletion by the server names the sender of the message", () => {
    const format = pretty();
    format(message());
    expect(format(deleted(7n, ""))).to.equal("· #7 of budi was deleted by the server");
  });

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
    const shown = pretty(true)(found("budi HELLO 31", ["hello budi, \u001b[31m hello"]));
    const strong = (text: string) => `\u001b[1m${text}\u001b[0m`;
    expect(shown).to.contain(`${strong("hello")} ${strong("budi")}, ␛[31m ${strong("hello")}`);
    expect(shown.split(strong("budi"))).to.have.length(2);
  });

  it("an edited message of the history says so", () => {
    expect(pretty()(message({ editedAt: noon }))).to.equal("12:05 budi  hello (edited)");
  });

  it("no control sequence of another user reaches the terminal from a quotation, an edit, the history or a search", () => {
    const format = pretty();
    const text = "\u001b[2Jgone";
    const shown = [
      message({ text }),
      message({ id: 8n, replyTo: 7n, text }),
      edited(7n, text),
      deleted(7n, text),
      page([text]),
      found("gone 2J", [text]),
    ];
    for (const item of shown) expect(format(item)).not.to.contain("\u001b");
  });

  it("a user called you is not shown as the user", () => {
    expect(pretty()(message({ sender: "you" }))).to.equal('12:05 "you"  hello');
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

  it("a new day has a line of its own", () => {
    const format = pretty();
    const tomorrow = new Date(2026, 10, 23, 0, 1);
    expect(format(message({ sentAt: tomorrow }))).to.equal("── Monday 23 November 2026 ──\n00:01 budi  hello");
    expect(format(message({ sentAt: tomorrow }))).to.equal("00:01 budi  hello");
  });

  it("a name always has the same colour", () => {
    const [first, second] = [pretty(true)(message()), pretty(true)(message())];
    expect(first).to.equal(second);
    expect(first.split("\u001b").at(-2)).to.match(/^\[\d+mbudi$/);
    expect(pretty(true)(message({ sender: "cici" }))).not.to.equal(first.replace("budi", "cici"));
  });

  it("the output without colours has no control sequences", () => {
    expect(pretty(false)(message({ text: "\u001b[31mred" }))).not.to.contain("\u001b");
  });

  it("a lost connection is reported once, with the wait if it is long enough to mention", () => {
    const format = pretty();
    expect(format(lost(1, 100))).to.equal("· connection lost, trying again");
    expect(format(lost(2, 5000))).to.equal("");
    expect(format({ kind: "caughtUp", id: 9n, again: true })).to.equal("· back, nothing missed");
    expect(format(lost(1, 2000))).to.equal("· connection lost, trying again in 2 s");
  });

  it("a gap reports lost messages only if messages were lost, and a reconnect says if nothing was missed", () => {
    const connected = {
      kind: "connected",
      username: "ani",
      logId: "b",
      headId: 9n,
      readUpTo: 0n,
      serverVersion: "1",
    } as const;
    const limits = { maxTextBytes: 0, messagesPerSecond: 0, burst: 0, maxRecent: 0 };
    const back: Item = { kind: "caughtUp", id: 9n, again: true };
    const format = pretty();
    expect(format({ kind: "gap", oldestId: 5n, missed: true })).to.contain("earlier messages are gone");
    expect(format(back)).to.equal("· back");
    expect(format(back)).to.equal("· back, nothing missed");
    const restored = format({ ...connected, limits, again: true, logChanged: true }, 200);
    expect(restored).to.contain("restored from a backup");
    expect(format({ kind: "gap", oldestId: 1n, missed: false })).to.equal("");
    expect(format(back)).to.equal("· back");
    expect(format({ kind: "gap", oldestId: 1n, missed: false }, 200)).to.equal(restored);
    expect(formatPlain({ kind: "gap", oldestId: 1n, missed: false })).to.equal(undefined);
    expect(formatPlain({ kind: "gap", oldestId: 5n, missed: true })?.text).to.contain("messages before 5 are gone");
    expect(formatPlain({ ...connected, limits, again: true, logChanged: true })?.text).to.contain("restored");
  });

  it("a lost connection is reported with the reason that the server gave", () => {
    const format = pretty();
    expect(format({ kind: "goodbye", reason: "SHUTTING_DOWN", reconnect: true, retryAfterMs: 1000 })).to.equal("");
    expect(format(lost(1, 1000))).to.equal("· the server is being stopped, trying again in 1 s");
    expect(format({ kind: "closed", why: { kind: "dismissed", reason: "SESSION_EXPIRED" } })).to.equal(
      "· your session has ended: log in again",
    );
    expect(format({ kind: "closed", why: { kind: "dismissed", reason: "SOMETHING_NEW" } })).to.contain("SOMETHING_NEW");
  });

  it("users who came and went are named, but only a few of many", () => {
    const format = pretty();
    const names = Array.from({ length: 9 }, (_, index) => `p${index}`);
    expect(format({ kind: "presence", joined: ["cici"], left: ["budi"], reset: false })).to.equal(
      "· cici came in\n· budi left",
    );
    expect(format({ kind: "presence", joined: names, left: [], reset: false })).to.contain("p5 and 3 more came in");
    expect(format({ kind: "presence", joined: [], left: [], reset: true })).to.contain("list shows who is here");
  });
});

describe("formatPlain", () => {
  const sentAt = new Date(Date.UTC(2026, 10, 22, 12, 5));

  it("every event is one line, whatever its text", () => {
    expect(formatPlain(message({ sentAt }))).to.deep.equal({
      text: "2026-11-22T12:05:00.000Z budi: hello",
      isStderr: false,
    });
    expect(formatPlain(message({ sentAt, recipient: "ani", text: "one\ntwo\u001b[2J" }))?.text).to.equal(
      "2026-11-22T12:05:00.000Z budi -> ani: one⏎two␛[2J",
    );
  });

  it("each message of a search is a line with its number, and a page without messages goes to standard error", () => {
    const shown = formatPlain(found("one", ["one", "two\u001b[2J"]));
    expect(shown?.isStderr).to.equal(false);
    expect(shown?.text).to.match(/^#1 \S+Z budi: one\n#2 \S+Z budi: two␛\[2J$/);
    expect(formatPlain(found("one", []))).to.deep.equal({ text: "no messages were found", isStderr: true });
  });

  it("a page of the history without messages says whose they would be", () => {
    const empty = { kind: "history", messages: [], mayHaveOlder: false } as const;
    expect(formatPlain({ ...empty, peer: "" })).to.deep.equal({ text: "there are no earlier messages", isStderr: true });
    expect(formatPlain({ ...empty, peer: "budi" })).to.deep.equal({ text: "no messages with budi", isStderr: true });
    expect(formatPlain({ ...empty, peer: "\u001b[2J" })?.text).to.equal("no messages with ␛[2J");
  });

  it("the answer to a line that is no command names the word and the commands in one line", () => {
    const commands = [{ name: "list", usage: "list", summary: "show who is online" }];
    const help = { kind: "help", requestId: "r", commands } as const;
    expect(formatPlain({ ...help, unknownCommand: "frobnicate" })?.text).to.equal(
      "frobnicate is not a command; commands: list",
    );
    expect(formatPlain({ ...help, unknownCommand: "" })?.text).to.equal("commands: list");
  });

  it("refusals go to standard error", () => {
    const item: Item = {
      kind: "rejected",
      requestId: "r",
      reason: "TEXT_EMPTY",
      message: "Say something.",
      retryAfterMs: undefined,
    };
    expect(formatPlain(item)).to.deep.equal({ text: "refused: Say something. (TEXT_EMPTY)", isStderr: true });
  });
});

describe("formatJson", () => {
  it("an event is one line with its kind, its id as a number and its time in ISO 8601", () => {
    const sentAt = new Date(Date.UTC(2026, 10, 22, 12, 5));
    expect(JSON.parse(formatJson(message({ sentAt, text: "one\ntwo" })))).to.deep.equal({
      event: "message",
      id: 7,
      sender: "budi",
      recipient: "",
      text: "one\ntwo",
      sentAt: "2026-11-22T12:05:00.000Z",
      replayed: false,
    });
    expect(formatJson(message({ text: "one\ntwo" }))).not.to.contain("\n");
  });

  it("a page of a search is one line with its query and messages", () => {
    const line = JSON.parse(formatJson(found('"a b" c*', ["one\ntwo"])));
    expect(line).to.deep.include({ event: "search", query: '"a b" c*', mayHaveOlder: false, continued: false });
    expect(line.messages).to.have.length(1);
    expect(line.messages[0]).to.include({ id: 1, text: "one\ntwo" });
  });

  it("an id that no number can hold is a string", () => {
    expect(JSON.parse(formatJson(message({ id: 2n ** 60n }))).id).to.equal("1152921504606846976");
  });

  it("control characters are escaped, and the text stays the same", () => {
    const text = "\u001b[2J\u009b\u007f\u202e";
    const line = formatJson(message({ text }));
    expect(line).not.to.match(/[\p{Cc}\u202e]/u);
    expect(JSON.parse(line).text).to.equal(text);
  });

  it("a text with U+2028 and U+2029 is one line to every reader of lines", () => {
    const text = "one\u2028two\u2029three\u0085four";
    const line = formatJson(message({ text }));
    expect(line).not.to.match(/[\u2028\u2029\u0085]/);
    expect(JSON.parse(line).text).to.equal(text);
  });

  it("an error has the status, the reason and the sentence", () => {
    const cause = new ChatError(Status.UNAVAILABLE, "no", { reason: "STORE_UNAVAILABLE" });
    expect(JSON.parse(formatJson({ kind: "disconnected", failures: 1, willRetryInMs: 5, cause })).cause).to.deep.equal({
      code: "UNAVAILABLE",
      reason: "STORE_UNAVAILABLE",
      message: "no",
    });
  });
});
