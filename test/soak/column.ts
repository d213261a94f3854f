type Numbers = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Numbers by index, all 0 at first, in as little memory as they take. */
export class Column {
  readonly #type: new (
    length: number,
  ) => Numbers;
  #numbers: Numbers;

  constructor(type: new (length: number) => Numbers) {
    this.#type = type;
    this.#numbers = new type(1_024);
  }

  get(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#numbers.length) {
      const before = this.#numbers;
      this.#numbers = new this.#type(Math.max(index + 1, before.length * 2));
      this.#numbers.set(before);
    }
    this.#numbers[index] = value;
  }
}
