import type { Catalogue } from "../catalogue/index.ts";
import { mayHoldPassword } from "../room/signInLine.ts";
import { FIRST_COMMANDS, type Item } from "./item.ts";
import { ConnectionNotes } from "./pretty/connection.ts";
import { helpTable, unknownCommand, usageRows } from "./pretty/help.ts";
import { Messages } from "./pretty/messages.ts";
import { Names } from "./pretty/names.ts";
import { type MakeNote, notesIn } from "./pretty/notes.ts";
import { historyPage, searchPage } from "./pretty/pages.ts";
import { list, presence } from "./pretty/presence.ts";
import { failure, notSent, rejected } from "./pretty/refusals.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { Style } from "./style.ts";
import { cutToWidth } from "./width.ts";
import { wrap } from "./wrap.ts";

/** A narrower terminal gets rows of this width, which it breaks itself. */
const MIN_WIDTH = 20;
/** The most dashes after the label of a separator. */
const MAX_DASHES = 40;

/** The collaborators of a `Pretty`. */
export interface PrettyOptions {
  readonly style: Style;
  /** The language in which the items are shown. */
  readonly words: Catalogue;
  /** Messages of this day need no line that names the day. */
  readonly now?: Date;
}

/** Formats items for a person. It tracks what was shown already, so that nothing is reported twice. */
export class Pretty {
  readonly #style: Style;
  readonly #words: Catalogue["messages"];
  readonly #note: MakeNote;
  readonly #names: Names;
  readonly #messages: Messages;
  readonly #connection: ConnectionNotes;

  constructor({ style, words, now = new Date() }: PrettyOptions) {
    this.#style = style;
    this.#words = words.messages;
    this.#note = notesIn(style);
    this.#names = new Names(style, words);
    this.#messages = new Messages(style, words.messages, this.#names, now);
    this.#connection = new ConnectionNotes(words.messages);
  }

  /** The text that shows an item on a terminal of `width` columns. Empty: nothing to show. */
  format(item: Item, width: number): string {
    return this.#format(item, Math.max(MIN_WIDTH, width));
  }

  #format(item: Item, width: number): string {
    const words = this.#words;
    const options = { style: this.#style, words, names: this.#names, messages: this.#messages, width };
    const note = (text: string) => (text === "" ? "" : this.#note(text, width));
    switch (item.kind) {
      case "start":
        return this.#start(item.server, width);
      case "signedIn":
        this.#names.own = item.username;
        return note(item.created ? words.accountMade(item.username) : words.welcomeBack(item.username));
      case "message":
        return this.#messages.live(item, width);
      case "history":
        return historyPage(item, options);
      case "search":
        return searchPage(item, options);
      case "edited":
        return this.#messages.edited(item, width);
      case "deleted":
        return this.#messages.deleted(item, width);
      case "presence":
        return presence(item, options);
      case "list":
        return list(item, options);
      case "help":
        if (item.unknownCommand === "") return helpTable(item.commands, options);
        return unknownCommand(item.unknownCommand, item.commands, options);
      case "rejected":
        return rejected(item, options);
      case "notSent":
        return notSent(item, options);
      case "unanswered":
        return this.#style.wrong(wrap(words.unanswered, width, 0, 2));
      case "error":
        return failure(item, options);
      case "unreadBegins":
        return this.#unreadBegins(width);
      case "earlierExist":
        return note(words.earlierExist);
      case "note":
        return note(item.text);
      case "held":
        return note(mayHoldPassword(item.line) ? words.held : cutToWidth(`${words.held}: ${sanitizeLine(item.line)}`, width - 2));
      case "leaving":
        return note(words.leaving(item.pending));
      case "gap":
        return note(this.#connection.gap(item));
      case "connected":
        return note(this.#connection.connected(item));
      case "caughtUp":
        return note(this.#connection.caughtUp(item.again));
      case "goodbye":
        this.#connection.goodbye(item);
        return "";
      case "disconnected":
        return note(this.#connection.disconnected(item));
      case "loggedOut":
        return note(words.loggedOut(item.username));
      case "closed":
        return note(this.#connection.closed(item.why));
      case "accepted":
      case "read":
        // The message itself follows, and a read marker moves nothing on the screen.
        return "";
    }
  }

  /** The first screen. */
  #start(server: string, width: number): string {
    const { strong, quiet } = this.#style;
    const at = cutToWidth(`· ${sanitizeLine(server)}`, width - "Obrolan ".length);
    return `${strong("Obrolan")} ${quiet(at)}\n\n${usageRows(FIRST_COMMANDS, this.#words, width)}\n`;
  }

  /** A line across. Each dash may take two columns. */
  #unreadBegins(width: number): string {
    const label = `── ${this.#words.unread} `;
    const dashes = Math.min(MAX_DASHES, Math.floor((width - 2 * label.length) / 2));
    return this.#style.strong(label + "─".repeat(dashes));
  }
}
