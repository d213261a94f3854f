import type { Crowd } from "./crowd.ts";
import { Histogram } from "./histogram.ts";
import type { Reader } from "./reader.ts";

/**
 * Keeps so many messages under way: sends one more, from each sender in turn, whenever one has come to everyone, or has been
 * accepted.
 */
export class ClosedLoop {
  readonly #crowd: Crowd;
  readonly #senders: readonly Reader[];
  readonly #underWay: number;
  #left = 0;

  constructor(
    crowd: Crowd,
    senders: readonly Reader[],
    underWay: number,
    until: "onArrived" | "onAccepted" = "onArrived",
  ) {
    this.#crowd = crowd;
    this.#senders = senders;
    this.#underWay = underWay;
    crowd.ledger[until] = () => this.#send();
  }

  /** Begins; sends no more than so many in all. */
  start(most = Number.POSITIVE_INFINITY): void {
    this.#left = most;
    for (let count = 0; count < this.#underWay; count += 1) this.#send();
  }

  /** Sends nothing more. */
  stop(): void {
    this.#left = 0;
  }

  #send(): void {
    if (this.#left <= 0) return;
    this.#left -= 1;
    this.#senders[this.#crowd.ledger.sent % this.#senders.length]?.send();
  }
}

/** Sends so many messages a second, whatever becomes of them. */
export class OpenLoop {
  /** By how much each was sent later than it was due: where that is much, the load was too slow for its own clock. */
  readonly lateness = new Histogram();
  readonly #sender: Reader;
  readonly #gap: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(sender: Reader, perSecond: number) {
    this.#sender = sender;
    this.#gap = 1000 / perSecond;
  }

  start(): void {
    let due = performance.now();
    // Each is due a fixed time after the one before was due, not after it was sent: a late one does not thin out the rest.
    const send = () => {
      while (due <= performance.now()) {
        this.lateness.add(performance.now() - due);
        this.#sender.send();
        due += this.#gap;
      }
      this.#timer = setTimeout(send, Math.max(0, due - performance.now()));
    };
    send();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
