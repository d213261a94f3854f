import type { DeletedEvent, EditedEvent, Message } from "../../../client/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import type { Ruler } from "../../text/ruler.ts";
import type { Sheet } from "../../text/wrap.ts";
import { emphasizeMentions } from "../mention.ts";
import type { Style } from "../style.ts";
import { Days, timeOf } from "./days.ts";
import type { Names } from "./names.ts";
import { type MakeNote, notesIn } from "./notes.ts";
import { MAX_QUOTE_COLUMNS, ShownMessages } from "./shownMessages.ts";
import { INDENT, layOut, withMark } from "./textBlock.ts";

/** The most lines of a text that are shown. A message of line feeds alone would scroll everything away. */
const MAX_LINES = 20;
/** The same for the message that the user asked for. */
const MAX_LINES_ASKED_FOR = 1_000;
/** Stands before each row of a private message. */
const PRIVATE_MARK = "┃ ";

/** How a page shows its messages. */
interface PageLook {
  /** The message that the user asked for: it is shown whole. */
  readonly around?: bigint | undefined;
  /** Paints parts of a text. Default: the user's own name, except in messages of the user. */
  readonly paint?: (text: string) => string;
}

/** How one message is shown. */
interface MessageLook extends Pick<PageLook, "paint"> {
  readonly sheet: Sheet;
  /** The number before the names; empty: none. */
  readonly number: string;
  readonly days: Days;
  readonly maxLines: number;
}

/** The collaborators of `Messages`. */
export interface MessagesOptions {
  readonly style: Style;
  readonly words: Catalogue["messages"];
  readonly names: Names;
  readonly ruler: Ruler;
  /** Messages of this day need no line that names the day. */
  readonly now: Date;
}

/** Shows messages, and what happens to them. */
export class Messages {
  readonly #style: Style;
  readonly #words: Catalogue["messages"];
  readonly #names: Names;
  readonly #note: MakeNote;
  readonly #days: Days;
  readonly #shown: ShownMessages;

  constructor({ style, words, names, ruler, now }: MessagesOptions) {
    this.#style = style;
    this.#words = words;
    this.#names = names;
    this.#shown = new ShownMessages(ruler);
    this.#note = notesIn(style);
    this.#days = new Days(style, words, now);
  }

  /** A message that comes now. */
  live(message: Message, sheet: Sheet): string {
    return this.#message(message, { sheet, number: "", days: this.#days, maxLines: MAX_LINES });
  }

  /** Earlier messages with their numbers, and with the days that they were sent on. */
  page(messages: readonly Message[], sheet: Sheet, { around, ...look }: PageLook = {}): string {
    const numbers = messages.map(({ id }) => `#${id}`);
    const numberWidth = Math.max(...numbers.map((number) => number.length)) + 1;
    const days = new Days(this.#style, this.#words, undefined);
    return messages
      .map((message, index) => {
        const number = (numbers[index] ?? "").padEnd(numberWidth);
        const maxLines = message.id === around ? MAX_LINES_ASKED_FOR : MAX_LINES;
        return this.#message(message, { ...look, sheet, number, days, maxLines });
      })
      .join("\n");
  }

  /** An edit, with the new text. */
  edited({ messageId, text }: EditedEvent, sheet: Sheet): string {
    const { edited, wasEdited } = this.#words;
    const shown = this.#shown.get(messageId);
    const label = this.#labelOf(messageId);
    const what = shown === undefined ? wasEdited(label) : edited(this.#names.plain(shown.sender), label);
    this.#shown.edit(messageId, text);
    const isPrivate = shown?.isPrivate === true;
    const plain = `· ${what}: `;
    const rows = layOut(
      {
        head: { plain, painted: this.#style.quiet(plain) },
        text,
        end: "",
        maxLines: MAX_LINES,
        moreLines: (count) => this.#words.moreLines(count, `${messageId}`),
        paint: shown === undefined ? (safe) => safe : this.#mentionsIn(shown.sender),
        quiet: this.#style.quiet,
      },
      isPrivate ? besideMark(sheet) : sheet,
    );
    return isPrivate ? this.#marked(rows) : rows;
  }

  /** A deletion. It does not repeat the text. */
  deleted({ messageId, by }: DeletedEvent, sheet: Sheet): string {
    const { deleted, deletedOf, theServer } = this.#words;
    const shown = this.#shown.get(messageId);
    const label = this.#labelOf(messageId);
    const who = by === "" ? theServer : this.#names.plain(by);
    this.#shown.delete(messageId);
    if (shown === undefined || shown.sender === by) return this.#note(deleted(who, label), sheet);
    return this.#note(deletedOf(who, label, this.#names.plain(shown.sender)), sheet);
  }

  #message(message: Message, { sheet: whole, number, days, maxLines, paint }: MessageLook): string {
    const { id, sender, recipient, text, sentAt, editedAt, replyTo } = message;
    const { quiet, private: privately } = this.#style;
    const isPrivate = recipient !== "";
    const sheet = isPrivate ? besideMark(whole) : whole;
    const names = isPrivate ? [sender, recipient] : [sender];
    const time = `${timeOf(sentAt)} ${number}`;
    const plain = `${time}${names.map((name) => this.#names.plain(name)).join(" → ")}  `;
    const painted = `${quiet(time)}${names.map((name) => this.#names.painted(name)).join(privately(" → "))}  `;
    const quote = replyTo === undefined ? "" : `${this.#quote(replyTo, sheet)}\n`;
    const rows = layOut(
      {
        head: { plain, painted },
        text,
        end: editedAt === undefined ? "" : this.#words.editedMark,
        maxLines,
        moreLines: (count) => this.#words.moreLines(count, `${id}`),
        paint: paint ?? this.#mentionsIn(sender),
        quiet,
      },
      sheet,
    );
    this.#shown.add(message);
    const block = quote + rows;
    return days.lineBefore(sentAt) + (isPrivate ? this.#marked(block) : block);
  }

  /** Paints the user's own name in a text of another user. */
  #mentionsIn(sender: string): (text: string) => string {
    const { own } = this.#names;
    if (sender === own) return (text) => text;
    return (text) => emphasizeMentions(text, own, this.#style.mention);
  }

  #marked(rows: string): string {
    return withMark(this.#style.private(PRIVATE_MARK), rows);
  }

  /** The line above a reply: the message that it replies to. */
  #quote(id: bigint, { width, ruler }: Sheet): string {
    const shown = this.#shown.get(id);
    const words = shown === undefined ? `#${id}` : `${this.#names.plain(shown.sender)}: ${shown.quote}`;
    return this.#style.quiet(ruler.cut(`${" ".repeat(INDENT)}┌ ${words}`, Math.min(width, MAX_QUOTE_COLUMNS)));
  }

  /** The number of a message, and its time if that is of the day that is being shown. */
  #labelOf(id: bigint): string {
    const shown = this.#shown.get(id);
    return shown === undefined || !this.#days.isShown(shown.sentAt) ? `#${id}` : `#${id} (${timeOf(shown.sentAt)})`;
  }
}

/** The sheet to the right of the mark of a private message. */
function besideMark({ width, ruler }: Sheet): Sheet {
  return { width: width - ruler.most(PRIVATE_MARK), ruler };
}
