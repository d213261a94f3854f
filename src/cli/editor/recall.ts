import type { Offer } from "./view.ts";

/** A text that was recalled. */
export interface Recalled {
  readonly text: string;
  /** The offer that the text is; undefined: a line of the history, the line that was being typed, or a changed offer. */
  readonly offer: Offer | undefined;
}

/** What can be recalled, the newest last. The offers are newer than the lines. */
export interface Recallable {
  readonly lines: readonly string[];
  readonly offers: readonly Offer[];
}

/** The key of the draft among the changed texts. */
const DRAFT = -1;

/**
 * The way from the line being typed (the draft) back through the offers that wait and the lines of the history. A text
 * that is changed on the way stays changed until `end`. Until then no line may enter the history.
 */
export class Recall {
  #entries: readonly Recalled[] = [];
  /** The position in `#entries`; their number: the draft. */
  #at = 0;
  /** The changed texts, by the position of a line or by the offer. */
  readonly #changed = new Map<number | Offer, string>();

  /** Whether the text in the input was recalled. */
  get isActive(): boolean {
    return this.#at < this.#entries.length;
  }

  /** The offer in the input, also if it was changed there. */
  get offer(): Offer | undefined {
    return this.#entries[this.#at]?.offer;
  }

  /** Goes one back. `text`: what is in the input now. Undefined: there is nothing older. */
  older(text: string, recallable: () => Recallable): Recalled | undefined {
    if (!this.isActive) this.#load(recallable());
    return this.#at === 0 ? undefined : this.#goTo(this.#at - 1, text);
  }

  /** Goes one forward, at last to the draft. Undefined: the draft is in the input. */
  newer(text: string): Recalled | undefined {
    return this.isActive ? this.#goTo(this.#at + 1, text) : undefined;
  }

  /** Ends the way: the text in the input is the draft. */
  end(): void {
    this.#load({ lines: [], offers: [] });
    this.#changed.clear();
  }

  /** Goes to the draft, and ends the way. */
  leave(): string {
    const draft = this.#changed.get(DRAFT) ?? "";
    this.end();
    return draft;
  }

  #load({ lines, offers }: Recallable): void {
    this.#entries = [
      ...lines.map((text) => ({ text, offer: undefined })),
      ...offers.map((offer) => ({ text: offer.line, offer })),
    ];
    this.#at = this.#entries.length;
  }

  #goTo(at: number, text: string): Recalled {
    if (text === this.#entries[this.#at]?.text) this.#changed.delete(this.#key);
    else this.#changed.set(this.#key, text);
    this.#at = at;
    const changed = this.#changed.get(this.#key);
    if (changed !== undefined) return { text: changed, offer: undefined };
    return this.#entries[at] ?? { text: "", offer: undefined };
  }

  get #key(): number | Offer {
    return this.isActive ? (this.offer ?? this.#at) : DRAFT;
  }
}
