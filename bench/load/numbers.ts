/** Numbers by a small whole-number key; what was never set is 0. */
export class Numbers {
  #values = new Float64Array(4096);

  get(key: number): number {
    return this.#values[key] ?? 0;
  }

  set(key: number, value: number): void {
    if (key >= this.#values.length) {
      const longer = new Float64Array(2 ** Math.ceil(Math.log2(key + 1)));
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[key] = value;
  }
}
