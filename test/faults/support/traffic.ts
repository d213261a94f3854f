import type { Random } from "../../support/random.ts";
import type { Member } from "./member.ts";

/** How often members are looked at, in milliseconds. */
const TICK = 10;

/** Makes members talk: to everyone, and every third time to one of them, themselves included. */
export class Traffic {
  readonly #members: readonly Member[];
  readonly #random: Random;
  readonly #maxText: number;
  readonly #timer: NodeJS.Timeout;
  #rate: number;
  #due = 0;
  #lookedAt = performance.now();

  /** `rate`: messages a second over all members, as far as they are free to send; `maxText`: the longest text, in characters. */
  constructor(members: readonly Member[], random: Random, rate: number, maxText: number) {
    this.#members = members;
    this.#random = random;
    this.#rate = rate;
    this.#maxText = maxText;
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** From now on, messages a second. */
  set rate(rate: number) {
    this.#rate = rate;
  }

  /** Nobody says anything any more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // What could not be said when it was due is made up for, but not more than a second of it.
    this.#due = Math.min(this.#due + (this.#rate * (now - this.#lookedAt)) / 1_000, this.#rate);
    this.#lookedAt = now;
    const free = this.#members.filter((member) => member.free);
    for (; this.#due >= 1 && free.length > 0; this.#due -= 1) {
      const member = this.#random.oneOf(free);
      const recipient = this.#random.between(1, 3) === 1 ? this.#random.oneOf(this.#members).username : "";
      member.say(recipient, "~".repeat(this.#random.between(0, this.#maxText)));
      if (!member.free) free.splice(free.indexOf(member), 1);
    }
  }
}
