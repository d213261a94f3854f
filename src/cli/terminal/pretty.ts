import type { Catalogue } from "../catalogue/index.ts";
import { mayHoldPassword } from "../signInLine.ts";
import { cutLine } from "../text/cutLine.ts";
import { Ruler } from "../text/ruler.ts";
import { type Sheet, wrap } from "../text/wrap.ts";
import { FIRST_COMMANDS, type Item } from "./item.ts";
import { ConnectionNotes } from "./pretty/connection.ts";
import { helpTable, unknownCommand, usageRows } from "./pretty/help.ts";
import { Messages } from "./pretty/messages.ts";
import { Names } from "./pretty/names.ts";
import { type MakeNote, notesIn } from "./pretty/notes.ts";
import { historyPage, searchPage } from "./pretty/pages.ts";
import { list, presence } from "./pretty/presence.ts";
import { failure, notSent, rejected } from "./pretty/refusals.ts";
import type { Style } from "./style.ts";

/** A narrower terminal gets rows of this width, which it breaks itself. */
const MIN_WIDTH = 20;
/** The most dashes after the label of a separator. */
const MAX_DASHES = 40;

/** The collaborators of a `Pretty`. */
export interface PrettyOptions {
  readonly style: Style;
  /** The language in which the items are shown. */
  readonly words: Catalogue;
  /** Measures the rows. Default: one that counts no ambiguous character as wide. */
  readonly ruler?: Ruler;
  /** Messages of this day need no line that names the day. */
  readonly now?: Date;
}

/** Formats items for a person. It tracks what was shown already, so that nothing is reported twice. */
export class Pretty {
  readonly #style: Style;
  readonly #words: Catalogue["messages"];
  readonly #ruler: Ruler;
  readonly #note: MakeNote;
  readonly #names: Names;
  readonly #messages: Messages;
  readonly #connection: ConnectionNotes;

  constructor({ style, words, ruler = narrowRuler(), now = new Date() }: PrettyOptions) {
    this.#style = style;
    this.#words = words.messages;
    this.#ruler = ruler;
    this.#note = notesIn(style);
    this.#names = new Names(style, words, ruler);
    this.#messages = new Messages({ style, words: words.messages, names: this.#names, ruler, now });
    this.#connection = new ConnectionNotes(words.messages);
  }

  /** The text that shows an item on a terminal of `width` columns. Empty: nothing to show. */
  format(item: Item, width: number): string {
    return this.#format(item, { width: Math.max(MIN_WIDTH, width), ruler: this.#ruler });
  }

  #format(item: Item, sheet: Sheet): string {
    const words = this.#words;
    const options = { style: this.#style, words, names: this.#names, messages: this.#messages, sheet };
    const note = (text: string) => (text === "" ? "" : this.#note(text, sheet));
    switch (item.kind) {
      case "start":
        return this.#start(item.server, sheet);
      case "signedIn":
        this.#names.own = item.username;
        return note(this.#welcome(item));
      case "message":
        return this.#messages.live(item, sheet);
      case "history":
        return historyPage(item, options);
      case "search":
        return searchPage(item, options);
      case "edited":
        return this.#messages.edited(item, sheet);
      case "deleted":
        return this.#messages.deleted(item, sheet);
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
        return this.#style.wrong(wrap(words.unanswered, sheet, 0, 2));
      case "error":
        return failure(item, options);
      case "unreadBegins":
        return this.#unreadBegins(sheet);
      case "earlierExist":
        return note(words.earlierExist);
      case "note":
        return note(item.text);
      case "held":
        return note(this.#held(item.line, sheet));
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
        return note(words.loggedOut(this.#names.spelled(item.username)));
      case "closed":
        return note(this.#connection.closed(item.why));
      case "accepted":
      case "read":
        // The message itself follows, and a read marker moves nothing on the screen.
        return "";
    }
  }

  #welcome({ username, created, kept }: Extract<Item, { kind: "signedIn" }>): string {
    const { accountMade, welcomeBack, welcomeKept } = this.#words;
    const name = this.#names.spelled(username);
    if (created) return accountMade(name);
    return kept ? welcomeKept(name) : welcomeBack(name);
  }

  /** A line that may hold a password is not repeated. */
  #held(line: string, { width, ruler }: Sheet): string {
    const { held } = this.#words;
    return mayHoldPassword(line) ? held : cutLine(`${held}: ${line}`, width - ruler.most("· "), ruler);
  }

  /** The first screen. */
  #start(server: string, sheet: Sheet): string {
    const { strong, quiet } = this.#style;
    const at = cutLine(`· ${server}`, sheet.width - "Obrolan ".length, sheet.ruler);
    return `${strong("Obrolan")} ${quiet(at)}\n\n${usageRows(FIRST_COMMANDS, this.#words, sheet)}\n`;
  }

  /** A line across. */
  #unreadBegins({ width, ruler }: Sheet): string {
    const label = `── ${this.#words.unread} `;
    const dashes = Math.floor((width - ruler.most(label)) / ruler.most("─"));
    return this.#style.strong(label + "─".repeat(Math.min(MAX_DASHES, dashes)));
  }
}

function narrowRuler(): Ruler {
  const ruler = new Ruler();
  ruler.isAmbiguousWide = false;
  return ruler;
}
