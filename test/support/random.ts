/** Pseudo-random numbers (mulberry32): the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** The seed from SEED in the environment, or a new one. */
  static seed(): number {
    const given = Number(process.env.SEED);
    return Number.isInteger(given) && process.env.SEED !== undefined ? given : Math.floor(Math.random() * 2 ** 31);
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return from + (((t ^ (t >>> 14)) >>> 0) % (to - from + 1));
  }

  /** One of the choices. */
  oneOf<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)] as T;
  }
}
