import type { Catalogue } from "../catalogue/index.ts";
import { MAX_TEXT_BYTES } from "./buffer.ts";
import { cleanText, cleanTyped } from "./cleanText.ts";
import { type Completion, CompletionCycle } from "./completion.ts";
import { EditedText } from "./editedText.ts";
import { History } from "./history.ts";
import type { Command, LastKey, Stroke } from "./keymap.ts";
import { lineAbove, lineBelow, lineEnd, lineStart } from "./motions.ts";
import { cleanOffer, Offers } from "./offers.ts";
import { Recall } from "./recall.ts";
import { HistorySearch } from "./search.ts";
import type { EditorAction, EditorView, Offer } from "./view.ts";

const PROMPT = "› ";
/** A paste with more lines is asked about. */
const MAX_UNASKED_LINES = 10;
/** What stands right after a completed word; the blank that the completion added makes way. */
const PUNCTUATION = /^[,.:;!?)]/;

/** The collaborators of the input. */
export interface EditorOptions {
  readonly words: Catalogue["editor"];
  /** Completes the part of a line before the cursor. */
  readonly complete: (line: string, cursor: number) => Completion;
  /** The lines of earlier runs, the newest last. */
  readonly history: readonly string[];
  /** Whether a line must not enter the history. */
  readonly mayHoldSecret: (line: string) => boolean;
  /** A line has entered the history: save it. */
  readonly remember?: (line: string) => void;
}

type Mode =
  | { readonly kind: "typing" }
  /** Keys belong to the text that is searched for. */
  | { readonly kind: "search"; readonly search: HistorySearch }
  /** A paste with many lines is asked about. */
  | { readonly kind: "question"; readonly paste: string };

const TYPING: Mode = { kind: "typing" };

/** The line that a person types, with everything that may happen to it before it is entered. */
export class LineInput {
  readonly #options: EditorOptions;
  readonly #edited = new EditedText();
  readonly #history: History;
  readonly #offers = new Offers();
  readonly #recall = new Recall();
  #mode: Mode = TYPING;
  /** Lines can be recalled, and are remembered. */
  #hasHistory = false;
  /** The offer that is in the input unchanged, and selected. */
  #selected: Offer | undefined;
  /** The key before this one. Some commands go on with what it did. */
  #last: LastKey = "none";
  #cycle: CompletionCycle | undefined;
  /** The column that `up` and `down` try to keep, in characters (UTF-16). */
  #column = 0;
  /** What was searched for last. */
  #query = "";
  #notice = "";

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#history = new History(options.history, options.mayHoldSecret);
  }

  get history(): readonly string[] {
    return this.#history.lines;
  }

  get isEmpty(): boolean {
    return this.#mode.kind === "typing" && this.#edited.text === "";
  }

  get view(): EditorView {
    const { text, cursor } = this.#edited;
    const view = { text, cursor, prompt: PROMPT, isSelected: this.#selected !== undefined, hint: this.#hint };
    if (this.#mode.kind !== "search") return view;
    const { query, match } = this.#mode.search;
    const prompt = this.#options.words.searchPrompt(query);
    return match === undefined ? { ...view, prompt } : { ...view, prompt, text: match.line, cursor: match.index };
  }

  startHistory(): void {
    this.#hasHistory = true;
  }

  /** Puts a line into the input if that is empty and in sight. Otherwise the line waits until it is recalled. */
  offer(dirty: Offer, isInSight: boolean): void {
    const offer = cleanOffer(dirty);
    if (!isInSight || !this.isEmpty || this.#recall.isActive) {
      this.#offers.add(offer);
      return;
    }
    this.#edited.replace({ text: offer.line, cursor: offer.line.length });
    this.#selected = offer;
    this.#last = "none";
  }

  /** Replaces the text, as an editor of its own does. */
  replace(dirty: string): void {
    this.#mode = TYPING;
    this.#last = "none";
    const text = cleanText(dirty).replace(/\n$/, "");
    if (isTooLong(text)) {
      this.#notice = this.#options.words.tooLong;
      return;
    }
    this.#selected = undefined;
    this.#edited.replace({ text, cursor: text.length });
  }

  /** Clears the line, or leaves the search or the question. */
  clear(): void {
    this.#notice = "";
    this.#last = "clear";
    if (this.#mode.kind === "typing") {
      this.#endOffer();
      this.#recall.end();
      this.#edited.replace({ text: "", cursor: 0 });
    }
    this.#mode = TYPING;
  }

  handle(stroke: Stroke): EditorAction[] {
    if (stroke.kind === "none" || stroke.kind === "prefix") return [];
    this.#notice = "";
    switch (this.#mode.kind) {
      case "typing":
        return this.#edit(stroke);
      case "search":
        return this.#search(this.#mode.search, stroke);
      case "question":
        return this.#answer(this.#mode.paste, stroke);
    }
  }

  #edit(stroke: Stroke): EditorAction[] {
    const last = this.#last;
    this.#last = stroke.kind === "command" ? stroke.command : stroke.kind;
    if (stroke.kind === "text") this.#type(cleanTyped(stroke.text), last);
    if (stroke.kind === "paste") this.#paste(cleanText(stroke.text));
    return stroke.kind === "command" ? this.#run(stroke.command, last) : [];
  }

  #run(command: Command, last: LastKey): EditorAction[] {
    switch (command) {
      case "enter":
        return this.#enter();
      case "alternative": {
        const line = this.#selected?.alternative;
        return line === undefined ? [] : this.#submit(cleanText(line));
      }
      case "openEditor":
        return [{ kind: "openEditor", text: this.#edited.text }];
      case "cancel":
        this.#cancel(last);
        return [];
    }
    this.#selected = undefined;
    if (command === "up" || command === "down") this.#goVertically(command, last);
    else if (command === "complete") this.#complete(1, last);
    else if (command === "completeBack") this.#complete(-1, last);
    else if (command === "search") {
      this.#mode = { kind: "search", search: new HistorySearch(this.#recallable.lines, this.#query) };
    } else if (!this.#edited.run(command, last)) this.#notice = this.#options.words.tooLong;
    return [];
  }

  #enter(): EditorAction[] {
    const { text, cursor } = this.#edited;
    const backslashes = /\\*$/.exec(text.slice(lineStart(text, cursor), cursor))?.[0].length ?? 0;
    // Before the room a line is a command, and may end with a password that ends with a backslash.
    const mayContinue = this.#hasHistory && this.#selected === undefined;
    if (!mayContinue || backslashes % 2 === 0 || cursor !== lineEnd(text, cursor)) return this.#submit(text);
    this.#edited.replace({ text: `${text.slice(0, cursor - 1)}\n${text.slice(cursor)}`, cursor });
    return [];
  }

  #submit(line: string): EditorAction[] {
    this.#endOffer();
    this.#recall.end();
    this.#edited.begin("");
    if (this.#hasHistory && this.#history.add(line)) this.#options.remember?.(line);
    return [{ kind: "line", line }];
  }

  /** Removes the offer in the input from those that wait. */
  #endOffer(): void {
    this.#offers.remove(this.#recall.offer);
    this.#selected = undefined;
  }

  /** Drops the selected offer, or takes back a completion. */
  #cancel(last: LastKey): void {
    if (this.#selected !== undefined) {
      this.#endOffer();
      const draft = this.#recall.isActive ? this.#recall.leave() : "";
      this.#edited.replace({ text: draft, cursor: draft.length });
    } else if (isCompletion(last) && this.#cycle !== undefined) this.#edited.replace(this.#cycle.original);
  }

  #goVertically(command: "up" | "down", last: LastKey): void {
    const { text, cursor } = this.#edited;
    if (last !== "up" && last !== "down") this.#column = cursor - lineStart(text, cursor);
    const to = command === "up" ? lineAbove(text, cursor, this.#column) : lineBelow(text, cursor, this.#column);
    if (to !== undefined) {
      this.#edited.moveTo(to);
      return;
    }
    const recalled = command === "up" ? this.#recall.older(text, () => this.#recallable) : this.#recall.newer(text);
    if (recalled === undefined) return;
    this.#edited.begin(recalled.text);
    this.#selected = recalled.offer;
    this.#column = recalled.text.length - lineStart(recalled.text, recalled.text.length);
  }

  get #recallable() {
    return { lines: this.#hasHistory ? this.#history.lines : [], offers: this.#offers.waiting };
  }

  #type(typed: string, last: LastKey): void {
    // Words are undone one by one.
    const joins = last === "text" && !typed.startsWith(" ");
    const before = this.#edited.text;
    this.#edited.change(() => {
      const follows = isCompletion(last) && this.#cycle?.isComplete;
      this.#insert(follows ? this.#afterCompletion(typed) : typed);
    }, joins);
    // Nothing was typed that the next key could go on with.
    if (this.#edited.text === before) this.#last = "none";
  }

  /** Makes the blank that the completion added, or went over, the blank after the typed text, or the typed one. */
  #afterCompletion(typed: string): string {
    const { cursor } = this.#edited;
    if (PUNCTUATION.test(typed)) {
      if (this.#cycle?.hasBlank) this.#edited.moveTo(cursor - 1);
      else this.#edited.remove(cursor - 1, cursor);
    }
    return typed.replace(/^ /, "");
  }

  #paste(text: string): void {
    if (isTooLong(text)) this.#notice = this.#options.words.tooLong;
    else if (linesOf(text) > MAX_UNASKED_LINES) this.#mode = { kind: "question", paste: text };
    else this.#insert(text);
  }

  /** Inserts a text, in place of a selected offer. */
  #insert(text: string): void {
    if (text === "") return;
    this.#edited.change(() => {
      if (this.#selected !== undefined && !isTooLong(text)) {
        this.#endOffer();
        this.#edited.replace({ text: "", cursor: 0 });
      }
      if (!this.#edited.insert(text)) this.#notice = this.#options.words.tooLong;
    });
  }

  #complete(step: 1 | -1, last: LastKey): void {
    if (isCompletion(last) && this.#cycle?.hasSeveral) {
      this.#edited.replace(this.#cycle.step(step));
      return;
    }
    const { text, cursor } = this.#edited;
    const completion = this.#options.complete(text, cursor);
    const isPossible = completion.candidates.length > 0;
    this.#cycle = isPossible ? new CompletionCycle(completion, { text, cursor }) : undefined;
    if (this.#cycle === undefined) this.#notice = this.#options.words.noCompletion;
    else this.#edited.replace(this.#cycle.begin(step));
  }

  #search(search: HistorySearch, stroke: Stroke): EditorAction[] {
    const outcome = search.handle(stroke);
    if (outcome === "goesOn") return [];
    this.#mode = TYPING;
    this.#query = search.query || this.#query;
    if (outcome === "isLeft") return [];
    if (search.match !== undefined) this.#edited.replace({ text: search.match.line, cursor: search.match.index });
    // Tab only accepts the match.
    return stroke.kind === "command" && stroke.command === "complete" ? [] : this.#edit(stroke);
  }

  #answer(paste: string, stroke: Stroke): EditorAction[] {
    if (stroke.kind === "paste") {
      this.#mode = TYPING;
      return this.#edit(stroke);
    }
    if (stroke.kind !== "command" || (stroke.command !== "enter" && stroke.command !== "cancel")) return [];
    this.#mode = TYPING;
    if (stroke.command === "enter") this.#insert(paste);
    return [];
  }

  get #hint(): string {
    const { words } = this.#options;
    if (this.#notice !== "") return this.#notice;
    if (this.#mode.kind === "question") return words.pasteQuestion(linesOf(this.#mode.paste));
    if (this.#mode.kind === "search") return this.#mode.search.isFailing ? words.searchFails : words.search;
    if (isCompletion(this.#last) && this.#cycle?.hasSeveral) return this.#cycle.hint(words);
    if (this.#selected !== undefined) return this.#selected.hint;
    const waiting = this.#offers.waiting.length - (this.#recall.offer === undefined ? 0 : 1);
    return waiting > 0 ? words.offersWait(waiting) : "";
  }
}

function isCompletion(last: LastKey): boolean {
  return last === "complete" || last === "completeBack";
}

function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > MAX_TEXT_BYTES;
}

/** The number of lines of a text. A line end at the end of the text begins no line. */
function linesOf(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
