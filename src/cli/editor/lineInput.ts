import type { Catalogue } from "../catalogue/index.ts";
import { MAX_TEXT_BYTES, TextBuffer } from "./buffer.ts";
import { cleanText, cleanTyped } from "./cleanText.ts";
import { type Completion, CompletionCycle } from "./completion.ts";
import { History } from "./history.ts";
import type { Command, Stroke } from "./keymap.ts";
import { KillRing } from "./killRing.ts";
import { DELETIONS, KILLS, lineAbove, lineBelow, lineEnd, lineStart, MOTIONS, type Motion } from "./motions.ts";
import { cleanOffer, Offers } from "./offers.ts";
import { Recall } from "./recall.ts";
import { HistorySearch } from "./search.ts";
import { Undo } from "./undo.ts";
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

/** A key that was handled: its command if it has one. */
type LastKey = Command | Stroke["kind"];

const TYPING: Mode = { kind: "typing" };

/** The line that a person types, with everything that may happen to it before it is entered. */
export class LineInput {
  readonly #options: EditorOptions;
  readonly #buffer = new TextBuffer();
  readonly #undo = new Undo();
  readonly #killRing = new KillRing();
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
  /** The length of the text that `yank` inserted. */
  #yanked = 0;
  #notice = "";

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#history = new History(options.history, options.mayHoldSecret);
  }

  get history(): readonly string[] {
    return this.#history.lines;
  }

  get isEmpty(): boolean {
    return this.#mode.kind === "typing" && this.#buffer.text === "";
  }

  get view(): EditorView {
    const { text, cursor } = this.#buffer;
    const view = { text, cursor, prompt: PROMPT, isSelected: this.#selected !== undefined, hint: this.#hint };
    if (this.#mode.kind !== "search") return view;
    const { query, match } = this.#mode.search;
    const prompt = this.#options.words.searchPrompt(query);
    if (match === undefined) return { ...view, prompt };
    return { ...view, prompt, text: match.line, cursor: match.index };
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
    this.#show(offer.line);
    this.#selected = offer;
    this.#last = "none";
  }

  /** Replaces the text, as an editor of its own does. */
  replace(dirty: string): void {
    this.#mode = TYPING;
    this.#last = "none";
    const text = cleanText(dirty).replace(/\n$/, "");
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
      this.#notice = this.#options.words.tooLong;
      return;
    }
    this.#undo.push(this.#buffer.state);
    this.#selected = undefined;
    this.#show(text);
  }

  /** Clears the line, or leaves the search or the question. */
  clear(): void {
    this.#notice = "";
    this.#last = "clear";
    if (this.#mode.kind === "typing") {
      this.#undo.push(this.#buffer.state);
      this.#reset();
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

  /** Carries out a key, and remembers for `undo` what it changed. */
  #edit(stroke: Stroke): EditorAction[] {
    const before = this.#buffer.state;
    const last = this.#last;
    this.#last = stroke.kind === "command" ? stroke.command : stroke.kind;
    if (stroke.kind === "command") return this.#run(stroke.command, last);
    if (stroke.kind === "text") this.#type(cleanTyped(stroke.text), last);
    if (stroke.kind === "paste") this.#paste(cleanText(stroke.text));
    // Words are undone one by one.
    const goesOn = stroke.kind === "text" && last === "text" && !stroke.text.startsWith(" ");
    if (!goesOn && this.#buffer.text !== before.text) this.#undo.push(before);
    return [];
  }

  #run(command: Command, last: LastKey): EditorAction[] {
    switch (command) {
      case "enter":
        return this.#enter();
      case "alternative":
        return this.#enterAlternative();
      case "openEditor":
        return [{ kind: "openEditor", text: this.#buffer.text }];
      case "cancel":
        this.#cancel(last);
        return [];
      case "up":
      case "down":
        this.#goVertically(command, last);
        return [];
      case "search":
        this.#selected = undefined;
        this.#mode = { kind: "search", search: new HistorySearch(this.#recallable.lines, this.#query) };
        return [];
      case "undo": {
        const state = this.#undo.pop();
        this.#selected = undefined;
        if (state !== undefined) this.#buffer.set(state);
        return [];
      }
      default: {
        const before = this.#buffer.state;
        this.#selected = undefined;
        this.#change(command, last);
        if (this.#buffer.text !== before.text) this.#undo.push(before);
        return [];
      }
    }
  }

  /** The commands that do nothing but move the cursor or change the text. */
  #change(command: Command, last: LastKey): void {
    const { text, cursor } = this.#buffer;
    const motion = entry(MOTIONS, command);
    const deletion = entry(DELETIONS, command === "deleteRightOrLeave" ? "deleteRight" : command);
    const kill = entry(KILLS, command);
    if (motion !== undefined) this.#buffer.moveTo(motion(text, cursor));
    if (deletion !== undefined) this.#buffer.remove(cursor, deletion(text, cursor));
    if (kill !== undefined) {
      const to = kill(text, cursor);
      const removed = this.#buffer.remove(cursor, to);
      this.#killRing.kill(removed, to < cursor ? "before" : "after", last in KILLS);
    }
    if (command === "newLine") this.#insert("\n");
    if (command === "transpose") this.#buffer.transpose();
    if (command === "complete") this.#complete(1, last);
    if (command === "completeBack") this.#complete(-1, last);
    if (command === "yank") this.#yank();
    if (command === "yankPop" && (last === "yank" || last === "yankPop")) this.#yankPop();
  }

  #enter(): EditorAction[] {
    const { text, cursor } = this.#buffer;
    const beforeCursor = text.slice(lineStart(text, cursor), cursor);
    const backslashes = /\\*$/.exec(beforeCursor)?.[0].length ?? 0;
    // Before the room a line has one line, and may be a password that ends with a backslash.
    const continues = this.#hasHistory && backslashes % 2 === 1 && cursor === lineEnd(text, cursor);
    if (!continues || this.#selected !== undefined) return this.#submit(text);
    this.#undo.push(this.#buffer.state);
    this.#buffer.remove(cursor - 1, cursor);
    this.#buffer.insert("\n");
    return [];
  }

  #enterAlternative(): EditorAction[] {
    const line = this.#selected?.alternative;
    return line === undefined ? [] : this.#submit(cleanText(line));
  }

  #submit(line: string): EditorAction[] {
    this.#reset();
    this.#undo.clear();
    if (this.#hasHistory && this.#history.add(line)) this.#options.remember?.(line);
    return [{ kind: "line", line }];
  }

  /** Empties the input. An offer that was in it is done with. */
  #reset(): void {
    this.#offers.remove(this.#selected);
    this.#offers.remove(this.#recall.offer);
    this.#recall.end();
    this.#selected = undefined;
    this.#show("");
  }

  #show(text: string): void {
    this.#buffer.set({ text, cursor: text.length });
  }

  /** Drops the selected offer, or takes back a completion. */
  #cancel(last: LastKey): void {
    const before = this.#buffer.state;
    if (this.#selected !== undefined) {
      const draft = this.#recall.isActive ? this.#recall.leave() : "";
      this.#offers.remove(this.#selected);
      this.#selected = undefined;
      this.#show(draft);
    } else if (isCompletion(last) && this.#cycle !== undefined) this.#buffer.set(this.#cycle.original);
    if (this.#buffer.text !== before.text) this.#undo.push(before);
  }

  #goVertically(command: "up" | "down", last: LastKey): void {
    this.#selected = undefined;
    const { text, cursor } = this.#buffer;
    if (last !== "up" && last !== "down") this.#column = cursor - lineStart(text, cursor);
    const to = command === "up" ? lineAbove(text, cursor, this.#column) : lineBelow(text, cursor, this.#column);
    if (to !== undefined) {
      this.#buffer.moveTo(to);
      return;
    }
    const recalled = command === "up" ? this.#recall.older(text, () => this.#recallable) : this.#recall.newer(text);
    if (recalled === undefined) return;
    // What was changed is kept by the recall; the changes of one text cannot be undone in another.
    this.#undo.clear();
    this.#show(recalled.text);
    this.#selected = recalled.offer;
    this.#column = recalled.text.length - lineStart(recalled.text, recalled.text.length);
  }

  get #recallable() {
    return { lines: this.#hasHistory ? this.#history.lines : [], offers: this.#offers.waiting };
  }

  #type(typed: string, last: LastKey): void {
    if (!isCompletion(last) || this.#cycle?.isComplete !== true) {
      this.#insert(typed);
      return;
    }
    // The completion has added a blank, or has gone over one.
    const { cursor } = this.#buffer;
    if (PUNCTUATION.test(typed)) {
      if (this.#cycle.hasBlank) this.#buffer.moveTo(cursor - 1);
      else this.#buffer.remove(cursor - 1, cursor);
    }
    this.#insert(typed.replace(/^ /, ""));
  }

  #paste(text: string): void {
    const lines = linesOf(text);
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES) this.#notice = this.#options.words.tooLong;
    else if (lines > MAX_UNASKED_LINES) this.#mode = { kind: "question", paste: text };
    else this.#insert(text);
  }

  /** Inserts a text, in place of a selected offer. */
  #insert(text: string): void {
    if (text === "") return;
    const { state } = this.#buffer;
    if (this.#selected !== undefined) this.#show("");
    if (!this.#buffer.hasSpaceFor(text)) {
      this.#buffer.set(state);
      this.#notice = this.#options.words.tooLong;
      return;
    }
    this.#offers.remove(this.#selected);
    this.#selected = undefined;
    this.#buffer.insert(text);
  }

  #complete(step: 1 | -1, last: LastKey): void {
    if (isCompletion(last) && this.#cycle?.hasSeveral) {
      this.#buffer.set(this.#cycle.step(step));
      return;
    }
    const { text, cursor } = this.#buffer;
    const completion = this.#options.complete(text, cursor);
    this.#cycle = undefined;
    if (completion.candidates.length === 0) {
      this.#notice = this.#options.words.noCompletion;
      return;
    }
    this.#cycle = new CompletionCycle(completion, { text, cursor });
    this.#buffer.set(this.#cycle.begin(step));
  }

  #yank(): void {
    const text = this.#killRing.current ?? "";
    this.#insert(text);
    this.#yanked = this.#notice === "" ? text.length : 0;
  }

  #yankPop(): void {
    const end = this.#buffer.state.cursor;
    this.#killRing.rotate();
    this.#buffer.remove(end - this.#yanked, end);
    this.#yank();
  }

  #search(search: HistorySearch, stroke: Stroke): EditorAction[] {
    const outcome = search.handle(stroke);
    if (outcome === "goesOn") return [];
    this.#mode = TYPING;
    this.#query = search.query || this.#query;
    if (outcome === "isLeft") return [];
    if (search.match !== undefined) {
      const { line, index } = search.match;
      this.#undo.push(this.#buffer.state);
      this.#buffer.set({ text: line, cursor: index });
    }
    // Tab only accepts: what is left of the match needs no completion.
    return stroke.kind === "command" && stroke.command === "complete" ? [] : this.#edit(stroke);
  }

  #answer(paste: string, stroke: Stroke): EditorAction[] {
    if (stroke.kind === "paste") {
      this.#mode = TYPING;
      return this.#edit(stroke);
    }
    if (stroke.kind !== "command" || (stroke.command !== "enter" && stroke.command !== "cancel")) return [];
    this.#mode = TYPING;
    if (stroke.command === "cancel") return [];
    const before = this.#buffer.state;
    this.#insert(paste);
    if (this.#buffer.text !== before.text) this.#undo.push(before);
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

function entry(table: Readonly<Record<string, Motion>>, command: string): Motion | undefined {
  return Object.hasOwn(table, command) ? table[command] : undefined;
}

function isCompletion(last: LastKey): boolean {
  return last === "complete" || last === "completeBack";
}

/** The number of lines of a text. A line end at the end of the text begins no line. */
function linesOf(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
