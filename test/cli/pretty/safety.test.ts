import { expect } from "chai";
import { LANGUAGES } from "../../../src/cli/catalogue/index.ts";
import type { Item } from "../../../src/cli/terminal/item.ts";
import { ChatError, Status } from "../../../src/client/index.ts";
import { connected, deleted, edited, found, help, lost, message, noon, page } from "../../support/items.ts";
import { pretty } from "./format.ts";

/** What no text of others may bring to the terminal: C0, C1, DEL, and controls of the text direction. */
const DANGEROUS = /[\p{Cc}\u2028-\u202e\u2066-\u206f]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with ESC.
const COLOUR = /\u001b\[[\d;]+m/g;

/** An item of every kind, with a text in every place that a server or another user fills. */
function itemsWith(text: string): { readonly [Kind in Item["kind"]]: readonly Item[] } {
  const cause = new ChatError(Status.UNAVAILABLE, text, { reason: text });
  const commands = [{ name: text, usage: text, summary: text }];
  const limits = { maxTextBytes: 0, messagesPerSecond: 0, burst: 0, maxRecent: 0 };
  return {
    message: [
      message({ text, editedAt: noon }),
      message({ id: 8n, text, recipient: "ani", replyTo: 7n }),
      message({ id: 9n, sender: text, recipient: text, replyTo: 8n }),
      message({ id: 10n, replyTo: 9n }),
    ],
    edited: [edited(7n, text), edited(9n, text), edited(99n, text)],
    deleted: [deleted(7n, text), deleted(9n, text), deleted(99n, text)],
    history: [page([text]), page([text, text])],
    search: [found("hello", [text]), found(text, [text])],
    presence: [{ kind: "presence", joined: [text, text], left: [text], reset: true }],
    list: [{ kind: "list", users: [{ username: text, onlineSince: noon }], total: 2 }],
    help: [
      { kind: "help", requestId: "r", unknownCommand: "", commands },
      { kind: "help", requestId: "r", unknownCommand: text, commands },
      {
        kind: "help",
        requestId: "r",
        unknownCommand: `x${text}`,
        commands: [{ name: "x", usage: `x${text}`, summary: "" }],
      },
    ],
    rejected: [{ kind: "rejected", requestId: "r", reason: text, message: text, retryAfterMs: 1 }],
    notSent: [{ kind: "notSent", line: text, message: text, reason: text }],
    error: [{ kind: "error", message: text, reason: text, usage: commands }],
    start: [{ kind: "start", server: text }],
    connected: [
      connected(true),
      { ...connected(false), username: text, serverVersion: text, logId: text, limits } as Item,
    ],
    goodbye: [{ kind: "goodbye", reason: text, reconnect: true, retryAfterMs: undefined }],
    disconnected: [lost(1, 2_000), { kind: "disconnected", failures: 1, willRetryInMs: 1, cause }],
    closed: [
      { kind: "closed", why: { kind: "left" } },
      { kind: "closed", why: { kind: "dismissed", reason: text } },
      { kind: "closed", why: { kind: "unreached", cause } },
    ],
    note: [{ kind: "note", text }],
    held: [{ kind: "held", line: text }],
    loggedOut: [{ kind: "loggedOut", username: text }],
    signedIn: [{ kind: "signedIn", username: text, expiresAt: noon, created: true }],
    // These have no text of others.
    gap: [{ kind: "gap", oldestId: 1n, missed: true }],
    caughtUp: [{ kind: "caughtUp", id: 1n, again: true }],
    read: [{ kind: "read", upToId: 1n }],
    accepted: [{ kind: "accepted", requestId: text, id: 1n, sentAt: noon, duplicate: false }],
    unanswered: [{ kind: "unanswered", requestId: text }],
    unreadBegins: [{ kind: "unreadBegins" }],
    earlierExist: [{ kind: "earlierExist" }],
    leaving: [{ kind: "leaving", pending: 1 }],
  };
}

/** Shows an item of every kind with a text; calls `check` with the kind and what is shown. */
function showEach(text: string, check: (kind: string, shown: string) => void): void {
  for (const language of LANGUAGES) {
    const format = pretty({ language, colours: 256 });
    for (const [kind, items] of Object.entries(itemsWith(text))) {
      for (const item of items) check(kind, format(item));
    }
  }
}

describe("What a hostile user or server can bring to a person's terminal", () => {
  it("no code point that controls a terminal is shown by any kind of item", () => {
    for (let code = 0; code <= 0x2100; code += 1) {
      const character = String.fromCodePoint(code);
      if (!DANGEROUS.test(character)) continue;
      showEach(`a${character}b`, (kind, shown) => {
        const left = shown.replace(COLOUR, "").replaceAll("\n", "");
        expect(DANGEROUS.test(left), `U+${code.toString(16)} in ${kind}: ${JSON.stringify(shown)}`).to.equal(false);
      });
    }
  });

  it("a message of 4,096 line feeds is shown cut, with the number of lines that are left out", () => {
    const rows = pretty()(message({ text: "\n".repeat(4_096) })).split("\n");
    expect(rows).to.have.length(21);
    expect(rows.at(-1)).to.equal("      … 4077 more lines: type jump 7");
    expect(pretty()(edited(7n, "\n".repeat(4_096))).split("\n")).to.have.length(21);
  });

  it("the message that the user asked for has all its lines, and the others of its page are cut", () => {
    const text = Array.from({ length: 60 }, (_, index) => `line ${index}`).join("\n");
    const shown = page([text, text]) as Extract<Item, { kind: "history" }>;
    expect(pretty()(shown).match(/line 59|more lines/g)).to.deep.equal(["more lines", "more lines"]);
    expect(pretty()({ ...shown, around: 2n }).match(/line 59|more lines: type jump 1/g)).to.deep.equal([
      "more lines: type jump 1",
      "line 59",
    ]);
  });

  it("no row of a text can be mistaken for another message, a private one or a note", () => {
    const forged = ["12:06 cici  hello", "┃ 12:06 cici → you  hello", "· cici left", "── Monday ──", "not sent: hello"];
    // Hangul letters that join, blanks of two columns, invisible letters, joined emoji, flags and long words: terminals
    // disagree about their widths, so that a row that is too long would go on at the left margin.
    const fills = ["\u1100", "\u1160", "\u11a8", "\u3000", "\u3164", "\u115f", "\uffa0", "👩‍", "🇮", "❤️", "é", "x", " "];
    const width = 40;
    for (const fill of fills) {
      for (const count of [1, width - 20, width, 3 * width]) {
        const start = fill.repeat(count);
        for (const text of forged.flatMap((line) => [start + line, `${start}\n${line}`])) {
          for (const item of [message({ text }), edited(99n, text), message({ text, recipient: "ani" })]) {
            const [, ...others] = rowsOf(pretty()(item, width), width);
            for (const row of others)
              expect(row, JSON.stringify({ text, shown: others })).to.match(/^(?:┃ )? {6}|^\S+$/);
          }
        }
      }
    }
  });

  it("a word that is longer than a row ends with its row", () => {
    const text = `${"x".repeat(3 * 40 - "12:05 budi  ".length)}12:06 cici  hello`;
    expect(rowsOf(pretty()(message({ text }), 40), 40)).to.deep.equal([
      `12:05 budi  ${"x".repeat(28)}`,
      "x".repeat(40),
      "x".repeat(40),
      "12:06",
      "      cici  hello",
    ]);
  });

  it("a long name or sentence of a server is cut", () => {
    const long = "a".repeat(100_000);
    showEach(long, (kind, shown) => {
      if (!["message", "edited", "history", "search", "note"].includes(kind)) {
        expect(shown.length, kind).to.be.at.most(10_000);
      }
    });
    expect(pretty()(message({ sender: long }))).to.have.length.at.most(100);
  });

  it("help of a server with ten thousand commands is cut", () => {
    const shown = help("dance") as Extract<Item, { kind: "help" }>;
    const commands = Array.from({ length: 10_000 }, (_, index) => ({
      name: `c${index}`,
      usage: `c${index}`,
      summary: "",
    }));
    expect(pretty()({ ...shown, commands }).split("\n")).to.have.length.at.most(20);
  });
});

/** The rows on a terminal that counts a character as wide as any terminal does. */
function rowsOf(shown: string, width: number): string[] {
  return shown.split("\n").flatMap((line) => {
    const rows: string[] = [""];
    let column = 0;
    for (const character of line) {
      const columns = widest(character);
      if (column + columns > width) {
        rows.push("");
        column = 0;
      }
      rows[rows.length - 1] += character;
      column += columns;
    }
    return rows;
  });
}

/** The most columns of the characters of this test. */
function widest(character: string): number {
  if (/[\u200d]/.test(character)) return 0;
  return /[\u1100-\u115f\u3000\u3164]|[\p{Emoji}--[0-9#*]]/v.test(character) ? 2 : 1;
}
