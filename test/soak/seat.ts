import type { Random } from "../support/random.ts";
import { Violation } from "./ledger.ts";
import { type Wish, wish } from "./speech.ts";
import { Witness } from "./witness.ts";
import type { Account, World } from "./world.ts";

/** What somebody in the room must remember from one stream to the next: how far they have come, and what was not answered. */
export class Seat {
  readonly account: Account;
  readonly witness: Witness;
  readonly #world: World;
  readonly #unanswered = new Map<string, Wish>();

  /** They see everything from the ledger's head on. */
  constructor(account: Account, world: World) {
    this.account = account;
    this.#world = world;
    this.witness = new Witness(account.username, world.ledger, world.ledger.head);
  }

  /** What was asked for and not answered, in order. */
  get unanswered(): readonly Wish[] {
    return [...this.#unanswered.values()];
  }

  /** How much was asked for and not answered. */
  get waiting(): number {
    return this.#unanswered.size;
  }

  /** Makes up something to say; it is unanswered from now on. */
  speak(random: Random): Wish {
    const { ledger, names } = this.#world;
    const made = wish(this.account.username, { random, ledger, names });
    this.#unanswered.set(made.requestId, made);
    return made;
  }

  /** A command was accepted. Throws a `Violation` where it must not be. */
  accepted(requestId: string, id: number): void {
    const { said } = this.#answered(requestId, "accepted");
    if (said === undefined) throw this.#violation(`had ${requestId} accepted, as ${id}`);
    this.#world.ledger.note(id, said);
  }

  /** A command was refused, for a reason by its name. Throws a `Violation` where it must not be. */
  rejected(requestId: string, reason: string): void {
    const { said, refusals } = this.#answered(requestId, `rejected: ${reason}`);
    if (!refusals.includes(reason)) throw this.#violation(`had ${requestId} refused: ${reason}`);
    if (said !== undefined) this.#world.ledger.refuse(said);
  }

  /** A command was answered with the commands. Throws a `Violation` where it must not be. */
  helped(requestId: string): void {
    const { command } = this.#answered(requestId, "help");
    if (command.$case !== "help") throw this.#violation(`had ${requestId} answered with help`);
  }

  #answered(requestId: string, answer: string): Wish {
    const asked = this.#unanswered.get(requestId);
    if (asked === undefined) throw this.#violation(`got an answer to "${requestId}", which waits for none: ${answer}`);
    this.#unanswered.delete(requestId);
    return asked;
  }

  #violation(what: string): Violation {
    return new Violation(`${this.account.username} ${what}`);
  }
}
