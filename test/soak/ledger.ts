import { Column } from "./column.ts";
import type { Said } from "./text.ts";

/** The promise was broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/**
 * What was said, by id: from the `accepted` of its sender, or from whoever saw it first. Each message takes a few bytes, so that a
 * soak of days can still check a reader that begins at the very beginning.
 */
export class Ledger {
  readonly #people = new Map<string, number>();
  readonly #from = new Column(Uint16Array);
  readonly #to = new Column(Uint16Array);
  readonly #number = new Column(Uint32Array);
  readonly #idOf = new Column(Uint32Array);
  readonly #refused = new Set<number>();
  #numbers = 0;
  #head = 0;

  /** The highest id that is known. */
  get head(): number {
    return this.#head;
  }

  /** A message that is about to be sent. */
  next(from: string, to: string): Said {
    this.#numbers += 1;
    return { from, to, number: this.#numbers };
  }

  /** A message stands in the log under this id. Throws a `Violation` where that cannot be. */
  note(id: number, { from, to, number }: Said): void {
    if (this.#refused.has(number)) throw new Violation(`message ${number} was refused, and is in the log as ${id}`);
    const known = this.#idOf.get(number);
    if (known !== 0 && known !== id)
      throw new Violation(`message ${number} is in the log twice: as ${known} and ${id}`);
    const other = this.#number.get(id);
    if (other !== 0 && other !== number) throw new Violation(`id ${id} is that of message ${other}, and of ${number}`);
    this.#from.set(id, this.#indexOf(from));
    this.#to.set(id, to === "" ? 0 : this.#indexOf(to));
    this.#number.set(id, number);
    this.#idOf.set(number, id);
    this.#head = Math.max(this.#head, id);
  }

  /** A message was refused: it must not be in the log. */
  refuse({ number }: Said): void {
    const id = this.#idOf.get(number);
    if (id !== 0) throw new Violation(`message ${number} was refused, and is in the log as ${id}`);
    this.#refused.add(number);
  }

  /** Whether it is known what stands under an id. */
  knows(id: number): boolean {
    return this.#number.get(id) !== 0;
  }

  /** Whether somebody may see a message that is known. */
  maySee(id: number, name: string): boolean {
    const to = this.#to.get(id);
    const own = this.#indexOf(name);
    return to === 0 || to === own || this.#from.get(id) === own;
  }

  #indexOf(name: string): number {
    let index = this.#people.get(name);
    if (index === undefined) {
      index = this.#people.size + 1;
      this.#people.set(name, index);
    }
    return index;
  }
}
