import { type Ledger, Violation } from "./ledger.ts";
import { readText } from "./text.ts";

/** A message as a client got it. */
export interface Got {
  readonly id: number;
  readonly sender: string;
  /** Empty: everyone. */
  readonly recipient: string;
  readonly text: string;
}

/**
 * Checks what one client sees, over all its streams: from its first cursor on every message that it may see, once, in the order of
 * the ids, and no other. It goes as far as the ledger knows the log; what it does not know yet is checked as soon as it does.
 */
export class Witness {
  readonly #name: string;
  readonly #ledger: Ledger;
  /** Ids that were seen and not checked yet, in the order in which they came. */
  #seen: number[] = [];
  #lastSeen: number;
  #cursor: number;
  #checked: number;

  /** `cursor`: everything after it is to be seen. */
  constructor(name: string, ledger: Ledger, cursor: number) {
    this.#name = name;
    this.#ledger = ledger;
    this.#cursor = cursor;
    this.#lastSeen = cursor;
    this.#checked = cursor;
  }

  /** Where to come back to. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Up to here everything was as it should be. */
  get checked(): number {
    return this.#checked;
  }

  /** A message came. Throws a `Violation`. */
  see({ id, sender, recipient, text }: Got): void {
    const said = readText(text);
    if (said === undefined || said.from !== sender || said.to !== recipient) {
      throw this.#violation(`got ${id} from ${sender} to "${recipient}", whose text was another: ${text.slice(0, 80)}`);
    }
    if (recipient !== "" && recipient !== this.#name && sender !== this.#name) {
      throw this.#violation(`got ${id}, which ${sender} wrote to ${recipient} alone`);
    }
    if (id <= this.#lastSeen) throw this.#violation(`got ${id} behind ${this.#lastSeen}`);
    this.#lastSeen = id;
    this.#ledger.note(id, said);
    this.#seen.push(id);
  }

  /** A cursor came: everything up to it has been sent. Throws a `Violation`. */
  reach(cursor: number): void {
    if (cursor === 0) return;
    if (cursor < this.#cursor) throw this.#violation(`was told the cursor ${cursor} behind ${this.#cursor}`);
    if (cursor < this.#lastSeen)
      throw this.#violation(`was told the cursor ${cursor} with the message ${this.#lastSeen}`);
    this.#cursor = cursor;
    this.settle();
  }

  /** A stream begins again behind the cursor: what came after that may come again. */
  comeBack(): void {
    this.#seen = this.#seen.filter((id) => id <= this.#cursor);
    this.#lastSeen = this.#cursor;
  }

  /** Checks as far as the ledger knows by now. Throws a `Violation`. */
  settle(): void {
    let next = 0;
    while (this.#checked < this.#cursor && this.#ledger.knows(this.#checked + 1)) {
      const id = this.#checked + 1;
      if (this.#seen[next] === id) next += 1;
      else if (this.#ledger.maySee(id, this.#name))
        throw this.#violation(`did not get ${id}, and has come to ${this.#cursor}`);
      this.#checked = id;
    }
    if (next > 0) this.#seen.splice(0, next);
  }

  #violation(what: string): Violation {
    return new Violation(`${this.#name} ${what}`);
  }
}
