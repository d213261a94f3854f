/** What the input area shows of the editor. */
export interface EditorView {
  /** The text being edited. Lines end with `\n`. In a secret it is empty. */
  readonly text: string;
  /** The index in `text` (UTF-16) before which the cursor stands; always between two graphemes. */
  readonly cursor: number;
  /** What stands before the first line, for example `› `, the question for a secret, or that of a search in the history. */
  readonly prompt: string;
  /** The whole text is selected: the next character replaces it. */
  readonly isSelected: boolean;
  /** A sentence below the text: what a key does now, the completions, a question. Empty: none. */
  readonly hint: string;
}

/** What the screen must do after a key. */
export type EditorAction =
  /** The person entered a line; it may have several lines. */
  | { readonly kind: "line"; readonly line: string }
  /** Ctrl-C on an empty line, for the second time: leave at once. */
  | { readonly kind: "interrupt" }
  /** Ctrl-D on an empty line: leave. */
  | { readonly kind: "end" }
  /** Ctrl-Z. */
  | { readonly kind: "suspend" }
  /** Ctrl-X Ctrl-E: edit `text` in `$EDITOR`, then call `Editor.replace`. */
  | { readonly kind: "openEditor"; readonly text: string }
  /** Ctrl-L: draw the input area again. */
  | { readonly kind: "redraw" };

/** A line that is put back into the input: one that failed, or one that is not a command. */
export interface Offer {
  readonly line: string;
  /** The line that Ctrl-S enters in place of `line`; undefined: Ctrl-S does nothing. */
  readonly alternative: string | undefined;
  /** The sentence below the line. */
  readonly hint: string;
}
