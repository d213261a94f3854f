/** Counts events by label. A known label is listed from the start, with 0. */
export class LabelledCounter<T extends string> {
  readonly #counts: Map<T, number>;

  constructor(known: readonly T[]) {
    this.#counts = new Map(known.map((label) => [label, 0]));
  }

  /** Counts one event. */
  add(label: T): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  /** Each label and its count. */
  entries(): IterableIterator<[T, number]> {
    return this.#counts.entries();
  }
}
