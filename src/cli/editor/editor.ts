import type { Key } from "./key.ts";
import { KeyReader } from "./keymap.ts";
import { type EditorOptions, LineInput } from "./lineInput.ts";
import { SecretInput } from "./secret.ts";
import type { EditorAction, EditorView, Offer } from "./view.ts";

export type { Completion } from "./completion.ts";
export type { EditorOptions } from "./lineInput.ts";

/**
 * The text that a person edits, from key to key. It draws nothing and reads nothing: after each call, show `view`, and
 * do what the actions say.
 */
export class Editor {
  readonly #words: EditorOptions["words"];
  readonly #line: LineInput;
  readonly #keys = new KeyReader();
  /** The input while a secret is asked. */
  #secret: SecretInput | undefined;
  /** Ctrl-C was pressed on an empty line: once more, and the person leaves. */
  #isLeaving = false;
  /** A hint that the next key removes. */
  #notice = "";

  constructor(options: EditorOptions) {
    this.#words = options.words;
    this.#line = new LineInput(options);
  }

  /** What the input area shows. */
  get view(): EditorView {
    const { view } = this.#secret ?? this.#line;
    return { ...view, hint: (this.#isLeaving ? this.#words.leaveQuestion : this.#notice) || view.hint };
  }

  /** The lines to save, the newest last: up to 1,000 lines and 256 KiB. */
  get history(): readonly string[] {
    return [...this.#line.history];
  }

  /** Handles one key. */
  handle(key: Key): EditorAction[] {
    const stroke = this.#keys.read(key);
    const isLeaving = this.#isLeaving;
    const input = this.#secret ?? this.#line;
    this.#isLeaving = false;
    this.#notice = stroke.kind === "prefix" && this.#secret === undefined ? this.#words.prefix : "";
    switch (stroke.kind === "command" ? stroke.command : undefined) {
      case "redraw":
        return [{ kind: "redraw" }];
      case "suspend":
        return [{ kind: "suspend" }];
      case "clear":
        if (!input.isEmpty) input.clear();
        else if (isLeaving) return [{ kind: "interrupt" }];
        else this.#isLeaving = true;
        return [];
      case "deleteRightOrLeave":
        return input.isEmpty ? [{ kind: "end" }] : input.handle(stroke);
      default:
        return input.handle(stroke);
    }
  }

  /**
   * Asks for a secret with this prompt. Undefined: goes back to the line that was being typed before. What was typed for
   * a secret and not entered is lost.
   */
  askSecret(prompt: string | undefined): void {
    this.#isLeaving = false;
    this.#notice = "";
    this.#secret = prompt === undefined ? undefined : new SecretInput(prompt, this.#words);
  }

  /** Puts a line into the input, selected. If the person is typing, the line waits until Up brings it. */
  offer(offer: Offer): void {
    this.#line.offer(offer, this.#secret === undefined);
  }

  /** Replaces the text being edited, for example with that of `$EDITOR`, whose last line end is left out. */
  replace(text: string): void {
    this.#line.replace(text);
  }

  /** Shows a hint until the next key. */
  setHint(hint: string): void {
    this.#notice = hint;
  }

  /** From now on lines can be recalled and searched, and lines that are entered are remembered. */
  startHistory(): void {
    this.#line.startHistory();
  }
}
