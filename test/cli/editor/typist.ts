import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import { Editor, type EditorOptions } from "../../../src/cli/editor/editor.ts";
import type { Key } from "../../../src/cli/editor/key.ts";
import type { EditorAction } from "../../../src/cli/editor/view.ts";

/** The English sentences of the editor. */
export const words = CATALOGUES.en.editor;

/** A key by its name, such as `ctrl-a`, `shift-tab` or `up`. */
export function key(name: string): Key {
  const parts = /^((?:(?:ctrl|alt|shift)-)*)(.+)$/.exec(name);
  const [, modifiers = "", last = ""] = parts ?? [];
  return {
    kind: "named",
    name: last,
    ctrl: modifiers.includes("ctrl-"),
    alt: modifiers.includes("alt-"),
    shift: modifiers.includes("shift-"),
  };
}

/** A person at an editor in the room. */
export class Typist {
  readonly editor: Editor;
  /** All actions so far. */
  readonly actions: EditorAction[] = [];

  constructor(options: Partial<EditorOptions> = {}, isInRoom = true) {
    this.editor = new Editor({
      words,
      complete: (_line, cursor) => ({ from: cursor, candidates: [] }),
      history: [],
      mayHoldSecret: () => false,
      ...options,
    });
    if (isInRoom) this.editor.startHistory();
  }

  /** Presses keys by their names. */
  press(...names: string[]): this {
    for (const name of names) this.#handle(key(name));
    return this;
  }

  type(text: string): this {
    return this.#handle({ kind: "text", text });
  }

  /** Types the characters one by one. */
  typeSlowly(text: string): this {
    for (const character of text) this.type(character);
    return this;
  }

  paste(text: string): this {
    return this.#handle({ kind: "paste", text });
  }

  /** Types a line, and enters it. */
  enter(line: string): this {
    return this.type(line).press("enter");
  }

  /** The text with `|` for the cursor; in brackets if it is selected. */
  get shown(): string {
    const { text, cursor, isSelected } = this.editor.view;
    const shown = `${text.slice(0, cursor)}|${text.slice(cursor)}`;
    return isSelected ? `[${shown}]` : shown;
  }

  get hint(): string {
    return this.editor.view.hint;
  }

  /** The lines that were entered. */
  get lines(): string[] {
    return this.actions.flatMap((action) => (action.kind === "line" ? [action.line] : []));
  }

  #handle(pressed: Key): this {
    this.actions.push(...this.editor.handle(pressed));
    return this;
  }
}
