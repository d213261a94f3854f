import { Histogram } from "./histogram.ts";
import type { Ledger } from "./ledger.ts";

interface Delivery {
  readonly place: number;
  readonly number: number;
  readonly at: number;
}

/** How long messages take that all are sent on the first node: to those who are there too, and to those on others. */
export interface Distances {
  /** From sending to receipt, on the node of the sender. */
  readonly same: Histogram;
  /** The same on other nodes. */
  readonly other: Histogram;
  /** From `accepted` at the sender to receipt on other nodes; 0 where that came first. */
  readonly otherAfterAccepted: Histogram;
}

/** Keeps each delivery until all are there: for where there are few. */
export class DistanceMeter {
  readonly #deliveries: Delivery[] = [];
  #first = Number.POSITIVE_INFINITY;

  /** What is sent from now on counts, from this number on. */
  start(number: number): void {
    this.#first = number;
  }

  /** A message has come to somebody who is connected there. */
  add(place: number, number: number, at: number): void {
    if (number >= this.#first) this.#deliveries.push({ place, number, at });
  }

  /** Once all that was sent is accepted. */
  distances(ledger: Ledger): Distances {
    const [same, other, otherAfterAccepted] = [new Histogram(), new Histogram(), new Histogram()];
    for (const { place, number, at } of this.#deliveries) {
      if (place === 0) same.add(at - ledger.sentAt(number));
      else {
        other.add(at - ledger.sentAt(number));
        otherAfterAccepted.add(at - ledger.acceptedAt(number));
      }
    }
    return { same, other, otherAfterAccepted };
  }
}
