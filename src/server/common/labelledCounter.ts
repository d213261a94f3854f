/** Counts events by label. A known label is listed with 0 before its first event. */
export class LabelledCounter<T extends string> {
  readonly #counts: Map<T, number>;

  constructor(known: readonly T[]) {
    this.#counts = new Map(known.map((label) => [label, 0]));
  }

  add(label: T): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  /** Each label and its count. */
  entries(): IterableIterator<[T, number]> {
    return this.#counts.entries();
  }
}
