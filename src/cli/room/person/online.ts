import type { PresenceEvent } from "../../../client/index.ts";

/** The most names that are kept. Further users are only counted. */
const MAX_NAMES = 10_000;

/** The users who are online, the person included. */
export class Online {
  readonly #names = new Set<string>();
  /** How many users are online whose names are not kept. */
  #others = 0;
  #isKnown = false;

  /** The names that are known, in no order. */
  get names(): Iterable<string> {
    return this.#names;
  }

  /** How many users are online; undefined: not known, because the connection is away. */
  get count(): number | undefined {
    return this.#isKnown ? this.#names.size + this.#others : undefined;
  }

  /** Replaces everything by the server's list. `total` also counts users whose names are not in `names`. */
  replace(names: Iterable<string>, total: number): void {
    this.#names.clear();
    this.#others = 0;
    for (const name of names) this.#add(name);
    this.#others = Math.max(this.#others, total - this.#names.size);
    this.#isKnown = true;
  }

  /** Users came and went. */
  note({ joined, left }: Pick<PresenceEvent, "joined" | "left">): void {
    for (const name of joined) if (!this.#names.has(name)) this.#add(name);
    for (const name of left) if (!this.#names.delete(name)) this.#others = Math.max(0, this.#others - 1);
  }

  /** The connection is away. */
  forget(): void {
    this.#names.clear();
    this.#others = 0;
    this.#isKnown = false;
  }

  #add(name: string): void {
    if (this.#names.size < MAX_NAMES) this.#names.add(name);
    else this.#others += 1;
  }
}
