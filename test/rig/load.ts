import type { Random } from "../support/random.ts";
import type { VirtualUser } from "./virtualUser.ts";

/** The interval between two sends, in milliseconds. */
const TICK_MS = 10;

/** Makes virtual users send: to everyone, and every third time to one of them, themselves included. */
export class Load {
  readonly #users: readonly VirtualUser[];
  readonly #random: Random;
  readonly #rate: number;
  readonly #maxText: number;
  readonly #timer: NodeJS.Timeout;
  #due = 0;
  #tickedAt = performance.now();

  /**
   * `rate`: messages a second of all users, if their windows allow it. `maxText`: the longest text, in
   * characters.
   */
  constructor(users: readonly VirtualUser[], random: Random, rate: number, maxText: number) {
    this.#users = users;
    this.#random = random;
    this.#rate = rate;
    this.#maxText = maxText;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Stops sending. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // Sends messages late if they could not be sent when due, but at most those of a second.
    this.#due = Math.min(this.#due + (this.#rate * (now - this.#tickedAt)) / 1_000, this.#rate);
    this.#tickedAt = now;
    const free = this.#users.filter((user) => user.isFree);
    for (; this.#due >= 1 && free.length > 0; this.#due -= 1) {
      const user = this.#random.oneOf(free);
      const recipient = this.#random.between(1, 3) === 1 ? this.#random.oneOf(this.#users).username : "";
      user.say(recipient, "~".repeat(this.#random.between(0, this.#maxText)));
      if (!user.isFree) free.splice(free.indexOf(user), 1);
    }
  }
}
