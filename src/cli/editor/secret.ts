import type { Catalogue } from "../catalogue/index.ts";
import { previousBoundary } from "../text/graphemes.ts";
import { MAX_TEXT_BYTES } from "./buffer.ts";
import { cleanText, cleanTyped } from "./cleanText.ts";
import type { Stroke } from "./keymap.ts";
import type { EditorAction, EditorView } from "./view.ts";

/** The answer to the question for a secret. It is never shown, undone, recalled or remembered. */
export class SecretInput {
  readonly #words: Catalogue["editor"];
  readonly #prompt: string;
  #secret = "";
  #notice = "";

  constructor(prompt: string, words: Catalogue["editor"]) {
    this.#prompt = prompt;
    this.#words = words;
  }

  get isEmpty(): boolean {
    return this.#secret === "";
  }

  get view(): EditorView {
    const hint = this.#notice || this.#words.secret;
    return { text: "", cursor: 0, prompt: this.#prompt, isSelected: false, hint };
  }

  clear(): void {
    this.#secret = "";
  }

  handle(stroke: Stroke): EditorAction[] {
    this.#notice = "";
    if (stroke.kind === "text") this.#insert(cleanTyped(stroke.text));
    if (stroke.kind === "paste") this.#paste(cleanText(stroke.text));
    if (stroke.kind !== "command") return [];
    if (stroke.command === "deleteLeft") {
      this.#secret = this.#secret.slice(0, previousBoundary(this.#secret, this.#secret.length));
    }
    if (stroke.command === "killToStart") this.clear();
    if (stroke.command !== "enter") return [];
    const line = this.#secret;
    this.clear();
    return [{ kind: "line", line }];
  }

  #paste(text: string): void {
    const line = text.replace(/\n$/, "");
    if (line.includes("\n")) this.#notice = this.#words.secretHasOneLine;
    else this.#insert(line);
  }

  #insert(text: string): void {
    if (this.#secret.length + text.length > MAX_TEXT_BYTES) this.#notice = this.#words.tooLong;
    else this.#secret += text;
  }
}
