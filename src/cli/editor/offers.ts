import { cleanText } from "./cleanText.ts";
import type { Offer } from "./view.ts";

const MAX_WAITING = 20;

/** The offers that wait until the person asks for them, the newest last: up to 20. */
export class Offers {
  readonly #waiting: Offer[] = [];

  get waiting(): readonly Offer[] {
    return this.#waiting;
  }

  add(offer: Offer): void {
    this.#waiting.push(offer);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Removes an offer that was taken or dropped. */
  remove(offer: Offer | undefined): void {
    const index = offer === undefined ? -1 : this.#waiting.indexOf(offer);
    if (index >= 0) this.#waiting.splice(index, 1);
  }
}

/** The same offer with a line that the input can hold. */
export function cleanOffer(offer: Offer): Offer {
  return { ...offer, line: cleanText(offer.line) };
}
