const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The boundaries between the graphemes of a text, with its beginning and its end. */
export function boundariesOf(text: string): number[] {
  return [...Array.from(segmenter.segment(text), ({ index }) => index), text.length];
}

/** A step of a person who edits a text. */
export type Step =
  | { readonly kind: "text" | "paste"; readonly text: string }
  | { readonly kind: "press"; readonly key: PlainKey };

const WORD = "[\\p{L}\\p{M}\\p{N}]";

/** Keys that the model knows, with the part of the text before and after the cursor that each goes over or removes. */
const PLAIN_KEYS = {
  left: { over: "left" },
  right: { over: "right" },
  home: { before: /[^\n]*$/ },
  end: { after: /^[^\n]*/ },
  "ctrl-home": { before: /.*$/s },
  "ctrl-end": { after: /^.*/s },
  "alt-b": { before: new RegExp(`(?:${WORD}+(?!${WORD}))?(?:(?!${WORD}).)*$`, "su") },
  "alt-f": { after: new RegExp(`^(?:(?!${WORD}).)*${WORD}*`, "su") },
  backspace: { over: "left", removes: true },
  delete: { over: "right", removes: true },
  "ctrl-u": { before: /(?:[^\n]+|\n|)$/, cuts: true },
  "ctrl-k": { after: /^(?:[^\n]+|\n|)/, cuts: true },
  "ctrl-w": { before: /\S*\s*$/, cuts: true },
  "alt-backspace": { before: new RegExp(`(?:${WORD}+(?!${WORD}))?(?:(?!${WORD}).)*$`, "su"), cuts: true },
  "alt-d": { after: new RegExp(`^(?:(?!${WORD}).)*${WORD}*`, "su"), cuts: true },
  "ctrl-y": { yanks: true },
  "alt-enter": { types: "\n" },
  enter: { enters: true },
} as const;

/** A key that the model knows. */
export type PlainKey = keyof typeof PLAIN_KEYS;

/** All keys that the model knows. */
export const plainKeys = Object.keys(PLAIN_KEYS) as PlainKey[];

interface Rule {
  readonly over?: "left" | "right";
  readonly before?: RegExp;
  readonly after?: RegExp;
  readonly removes?: boolean;
  readonly cuts?: boolean;
  readonly yanks?: boolean;
  readonly types?: string;
  readonly enters?: boolean;
}

/** What an editor must do: it segments the whole text at every step, and finds words and lines by patterns. */
export class PlainModel {
  text = "";
  readonly lines: string[] = [];
  /** Where the last edit ended; between two graphemes is only `cursor`. */
  #index = 0;
  #cut = "";
  #hasJustCut = false;

  get cursor(): number {
    return boundariesOf(this.text).find((boundary) => boundary >= this.#index) ?? 0;
  }

  apply(step: Step): void {
    const rule: Rule = step.kind === "press" ? PLAIN_KEYS[step.key] : { types: step.text };
    const hadJustCut = this.#hasJustCut;
    this.#hasJustCut = rule.cuts === true;
    if (rule.types !== undefined) this.#insert(rule.types);
    else if (rule.yanks) this.#insert(this.#cut);
    else if (rule.enters) this.#enter();
    else this.#go(rule, hadJustCut);
  }

  #go(rule: Rule, hadJustCut: boolean): void {
    const { text, cursor } = this;
    const to = this.#target(rule, cursor);
    const start = Math.min(cursor, to);
    const end = Math.max(cursor, to);
    this.#index = to;
    if (!rule.removes && !rule.cuts) return;
    this.text = text.slice(0, start) + text.slice(end);
    this.#index = start;
    const cut = text.slice(start, end);
    if (!rule.cuts || cut === "") {
      this.#hasJustCut ||= rule.cuts === true;
      return;
    }
    if (!hadJustCut) this.#cut = cut;
    else this.#cut = to < cursor ? cut + this.#cut : this.#cut + cut;
  }

  #target({ over, before, after }: Rule, cursor: number): number {
    const boundaries = boundariesOf(this.text);
    if (over === "left") return boundaries.findLast((boundary) => boundary < cursor) ?? 0;
    if (over === "right") return boundaries.find((boundary) => boundary > cursor) ?? this.text.length;
    if (before !== undefined) {
      const index = cursor - (before.exec(this.text.slice(0, cursor))?.[0].length ?? 0);
      return boundaries.findLast((boundary) => boundary <= index) ?? 0;
    }
    const index = cursor + (after?.exec(this.text.slice(cursor))?.[0].length ?? 0);
    return boundaries.find((boundary) => boundary >= index) ?? 0;
  }

  #insert(inserted: string): void {
    this.text = this.text.slice(0, this.#index) + inserted + this.text.slice(this.#index);
    this.#index += inserted.length;
  }

  #enter(): void {
    this.lines.push(this.text);
    this.text = "";
    this.#index = 0;
  }
}
