import { expect } from "chai";
import type { Item } from "../../src/cli/terminal/item.ts";
import { formatJson } from "../../src/cli/terminal/json.ts";
import { formatPlain } from "../../src/cli/terminal/plain.ts";
import { ChatError, Status } from "../../src/client/index.ts";
import { connected } from "../support/items.ts";

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

/** A page of a search. */
function found(query: string, texts: readonly string[], more: { mayHaveOlder?: true; continued?: true } = {}): Item {
  return { kind: "search", query, messages: messagesOf(texts), mayHaveOlder: false, continued: false, ...more };
}

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

  it("a gap names the messages that are lost, and a changed log is reported once", () => {
    expect(formatPlain({ kind: "gap", oldestId: 1n, missed: false })).to.equal(undefined);
    expect(formatPlain({ kind: "gap", oldestId: 5n, missed: true })?.text).to.contain("messages before 5 are gone");
    expect(formatPlain(connected(true))?.text).to.contain("restored");
  });

  it("a page of the history without messages says whose they would be", () => {
    const empty = { kind: "history", messages: [], mayHaveOlder: false } as const;
    expect(formatPlain({ ...empty, peer: "" })).to.deep.equal({
      text: "there are no earlier messages",
      isStderr: true,
    });
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

  it("a line of a person that was not sent is printed as its outcome", () => {
    const [requestId, reason, words] = ["r", "RECIPIENT_OFFLINE", "budi is not online."];
    const outcome: Item = { kind: "rejected", requestId, reason, message: words, retryAfterMs: undefined };
    const item: Item = { kind: "notSent", line: "sendto budi hi", message: words, reason, outcome };
    expect(formatJson(item)).to.equal(formatJson(outcome));
    expect(formatJson({ kind: "notSent", line: "sendall hi", message: "you left before it was sent" })).to.equal("");
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
