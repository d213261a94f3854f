import type { DeletedEvent, EditedEvent, GapEvent, Message } from "../../client/index.ts";
import { mayHoldPassword } from "../room/signInLine.ts";
import { columns, rows } from "./columns.ts";
import { emphasize } from "./emphasis.ts";
import { FIRST_COMMANDS, type Item } from "./item.ts";
import { sanitizeLine, sanitizeLines } from "./sanitize.ts";
import type { Style } from "./style.ts";
import { cutToWidth, widthOf } from "./width.ts";
import { closedWords, goodbyeWords, LOG_CHANGED, NO_EARLIER, nameWords, notFoundWords, waitWords } from "./words.ts";
import { wrap } from "./wrap.ts";

/** The column at which a message's further lines begin: after the time. */
const INDENT = 6;
/** The most messages whose beginning is remembered, to be quoted above a reply. */
const MAX_QUOTABLE = 1_000;
/** The most columns of a quoted text. */
const MAX_QUOTE_COLUMNS = 60;
const HELP_HINT = "type help to see what you can do";
const KEPT_HINT = "type logout to end this session";

/** Formats items for a person. It tracks what was shown already, so that nothing is reported twice. */
export class Pretty {
  readonly #style: Style;
  /** The senders of the last messages shown, and the beginnings of their texts, by id. */
  readonly #quotable = new Map<bigint, { readonly sender: string; readonly text: string }>();
  #ownName = "";
  #day: string;
  /** The reason of the last goodbye, for the `disconnected` that follows. */
  #goodbye: string | undefined;
  /** Since the last `caughtUp` a gap or a changed log came: "nothing missed" would be wrong. */
  #mayHaveMissed = false;

  constructor(style: Style, now = new Date()) {
    this.#style = style;
    this.#day = now.toDateString();
  }

  /** The text that shows an item on a terminal of `width` columns. Empty: nothing to show. */
  format(item: Item, width: number): string {
    const { quiet, strong, wrong } = this.#style;
    const note = (text: string) => quiet(wrap(`· ${sanitizeLine(text)}`, width, 0, 2));
    switch (item.kind) {
      case "start":
        return `${strong("Obrolan")} ${quiet(`· ${sanitizeLine(item.server)}`)}\n\n${rows(FIRST_COMMANDS, width)}\n`;
      case "signedIn":
        this.#ownName = item.username;
        return note(
          `${item.created ? "your account is made" : "welcome back"}, ${item.username}; ${item.kept ? KEPT_HINT : HELP_HINT}`,
        );
      case "message":
        return this.#message(item, width, "");
      case "history": {
        if (item.messages.length === 0) return note(NO_EARLIER);
        const end = note(item.mayHaveOlder ? "type history for more" : "this is where it begins");
        return `${this.#page(item.messages, width)}\n${end}`;
      }
      case "search": {
        if (item.messages.length === 0) return note(notFoundWords(item));
        const end = note(item.mayHaveOlder ? "type search for more" : "this is all that was found");
        return `${this.#page(item.messages, width, (text) => emphasize(text, item.query, strong))}\n${end}`;
      }
      case "edited":
        return this.#edited(item, width);
      case "deleted":
        return this.#deleted(item, note);
      case "read":
        return "";
      case "presence":
        return this.#presence(item.joined, item.left, item.reset, note);
      case "list":
        return this.#list(
          item.users.map((user) => user.username),
          item.total,
          width,
        );
      case "help": {
        const word =
          item.unknownCommand === "" ? "" : `${wrong(`${sanitizeLine(item.unknownCommand)} is not a command.`)} `;
        const commands = item.commands.map(({ usage, summary }) => ({
          usage: sanitizeLine(usage),
          summary: sanitizeLine(summary),
        }));
        return `${word}${quiet("You can type:")}\n${rows(commands, width)}`;
      }
      case "rejected":
        return wrong(wrap(sanitizeLine(`not sent: ${item.message}`), width, 0, 2));
      case "notSent":
        return wrong(wrap(sanitizeLine(`not sent: ${item.line}: ${item.message}`), width, 0, 2));
      case "unreadBegins":
        return quiet("── new ──");
      case "earlierExist":
        return note("there are earlier messages: type history");
      case "note":
        return note(item.text);
      case "unanswered":
        return wrong(
          wrap("the room was closed before the last command was answered: it may have been sent", width, 0, 2),
        );
      case "held":
        return note(`kept until the connection is back${mayHoldPassword(item.line) ? "" : `: ${item.line}`}`);
      case "leaving":
        return note(`${item.pending} not sent yet: leaving when the connection is back; Ctrl-C leaves without them`);
      case "gap":
        return this.#gap(item, note);
      case "connected":
        this.#mayHaveMissed ||= item.logChanged;
        return item.logChanged ? note(LOG_CHANGED) : "";
      case "caughtUp": {
        const words = this.#mayHaveMissed ? "back" : "back, nothing missed";
        this.#mayHaveMissed = false;
        return item.again ? note(words) : "";
      }
      case "goodbye":
        this.#goodbye = item.reconnect ? goodbyeWords(item) : undefined;
        return "";
      case "disconnected":
        return this.#disconnected(item.failures, item.willRetryInMs, note);
      case "loggedOut":
        return note(`logged out; the account ${item.username} stays`);
      case "closed":
        return note(closedWords(item.why));
      case "error": {
        const usage = item.usage === undefined ? "" : `\n${rows(item.usage, width)}`;
        return wrong(wrap(sanitizeLine(item.message), width, 0, 0)) + usage;
      }
      case "accepted":
        // The message itself follows.
        return "";
    }
  }

  /** `number`: the number that the message is shown with; empty: none. `paint` paints parts of the safe text. */
  #message(message: Message, width: number, number: string, paint = (text: string) => text): string {
    const { id, sender, recipient, text, sentAt, editedAt, replyTo } = message;
    const { quiet, strong } = this.#style;
    const time = `${two(sentAt.getHours())}:${two(sentAt.getMinutes())} ${number}`;
    const names = recipient === "" ? [sender] : [sender, recipient];
    const plain = names.map((name) => this.#shownName(name)).join(" → ");
    const shown = names.map((name) => this.#name(name)).join(strong(" → "));
    // A long name has a line of its own if it would leave too little space for the text.
    const start = time.length + widthOf(plain) + 2;
    const below = start > width / 2;
    const [first = "", ...others] = sanitizeLines(text);
    const quote = replyTo === undefined ? "" : `${this.#quote(replyTo, width)}\n`;
    const head = `${this.#newDay(sentAt)}${quote}${quiet(time)}${shown}${below ? `\n${" ".repeat(INDENT)}` : "  "}`;
    const lines = [wrap(first, width, below ? INDENT : start, INDENT)];
    for (const line of others) lines.push(" ".repeat(INDENT) + wrap(line, width, INDENT, INDENT));
    this.#rememberQuotable(id, sender, text);
    return head + paint(lines.join("\n")) + (editedAt === undefined ? "" : quiet(" (edited)"));
  }

  /** The line above a reply: the message that it replies to. */
  #quote(id: bigint, width: number): string {
    const quotable = this.#quotable.get(id);
    const words = quotable === undefined ? `#${id}` : `${this.#shownName(quotable.sender)}: ${quotable.text}`;
    return this.#style.quiet(cutToWidth(`${" ".repeat(INDENT)}┌ ${words}`, Math.min(width, MAX_QUOTE_COLUMNS)));
  }

  #rememberQuotable(id: bigint, sender: string, text: string): void {
    this.#quotable.delete(id);
    this.#quotable.set(id, { sender, text: cutToWidth(sanitizeLine(text), MAX_QUOTE_COLUMNS) });
    const oldest = this.#quotable.size > MAX_QUOTABLE ? this.#quotable.keys().next().value : undefined;
    if (oldest !== undefined) this.#quotable.delete(oldest);
  }

  /** Earlier messages with their numbers. */
  #page(messages: readonly Message[], width: number, paint?: (text: string) => string): string {
    const numbers = messages.map(({ id }) => `#${id}`);
    const numberWidth = Math.max(...numbers.map((number) => number.length)) + 1;
    // The days of a page lie before the day of the newest message shown, and must not change what comes after the page.
    const day = this.#day;
    this.#day = "";
    const lines = messages.map((message, i) =>
      this.#message(message, width, (numbers[i] as string).padEnd(numberWidth), paint),
    );
    this.#day = day;
    return lines.join("\n");
  }

  #edited({ messageId, text }: EditedEvent, width: number): string {
    const quotable = this.#quotable.get(messageId);
    const whose = quotable === undefined ? "" : ` of ${this.#shownName(quotable.sender)}`;
    if (quotable !== undefined) this.#rememberQuotable(messageId, quotable.sender, text);
    const [first = "", ...others] = sanitizeLines(text);
    const head = `· #${messageId}${whose} was edited: `;
    const lines = [wrap(`${head}${first}`, width, 0, 2), ...others.map((line) => `  ${wrap(line, width, 2, 2)}`)];
    return this.#style.quiet(lines.join("\n"));
  }

  #deleted({ messageId, by }: DeletedEvent, note: (text: string) => string): string {
    const quotable = this.#quotable.get(messageId);
    this.#quotable.delete(messageId);
    const whose = quotable === undefined || quotable.sender === by ? "" : ` of ${this.#shownName(quotable.sender)}`;
    return note(`#${messageId}${whose} was deleted by ${by === "" ? "the server" : this.#shownName(by)}`);
  }

  /** The line that separates two days. */
  #newDay(at: Date): string {
    const day = at.toDateString();
    if (day === this.#day) return "";
    this.#day = day;
    const [weekday, month] = [{ weekday: "long" }, { month: "long" }].map((part) =>
      at.toLocaleDateString("en-GB", part as Intl.DateTimeFormatOptions),
    );
    return `${this.#style.quiet(`── ${weekday} ${at.getDate()} ${month} ${at.getFullYear()} ──`)}\n`;
  }

  /** The user's own name is shown as `you`. The name of a user who is called "you" gets quotation marks. */
  #shownName(username: string): string {
    if (username === this.#ownName) return "you";
    return username === "you" ? '"you"' : sanitizeLine(username);
  }

  #name(username: string): string {
    const shown = this.#shownName(username);
    return username === this.#ownName ? this.#style.strong(shown) : this.#style.name(username, shown);
  }

  #presence(
    joined: readonly string[],
    left: readonly string[],
    reset: boolean,
    note: (text: string) => string,
  ): string {
    const lines: string[] = [];
    if (joined.length > 0) lines.push(note(`${nameWords(joined)} came in`));
    if (left.length > 0) lines.push(note(`${nameWords(left)} left`));
    if (reset) lines.push(note("many came and went; list shows who is here"));
    return lines.join("\n");
  }

  #list(usernames: readonly string[], total: number, width: number): string {
    const shown = usernames.map((username) => this.#shownName(username));
    const painted = usernames.map((username) => this.#name(username));
    const more = total > usernames.length ? `\n${this.#style.quiet(`  and ${total - usernames.length} more`)}` : "";
    return `${this.#style.quiet(`${total} here:`)}\n${columns(shown, painted, width)}${more}`;
  }

  #gap(gap: GapEvent, note: (text: string) => string): string {
    const wasReported = this.#mayHaveMissed;
    this.#mayHaveMissed = true;
    if (gap.missed) return note("earlier messages are gone: the server has them no longer");
    return wasReported ? "" : note(LOG_CHANGED);
  }

  /** Only the first failure is shown. */
  #disconnected(failures: number, willRetryInMs: number, note: (text: string) => string): string {
    const why = this.#goodbye ?? "connection lost";
    this.#goodbye = undefined;
    return failures > 1 ? "" : note(`${why}, trying again${waitWords(willRetryInMs)}`);
  }
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
