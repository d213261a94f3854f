import { Histogram } from "./histogram.ts";
import { Numbers } from "./numbers.ts";

/**
 * What was sent, when, under which id it came, and to how many it has come: what all readers of a run have in common.
 *
 * A message is known by the number that the load gave it (from 1, in the order of sending) and by the id that the server
 * gave it. Whatever does not fit throws.
 */
export class Ledger {
  /** From sending to receipt, of every delivery to a reader that counts. */
  readonly latency = new Histogram();
  /** From sending to `accepted`. */
  readonly acceptance = new Histogram();
  /** Called when a message has come to every reader that counts. */
  onArrived: () => void = () => {};
  /** Called when the sender of a message was told that it is accepted. */
  onAccepted: () => void = () => {};

  readonly #textBytes: number;
  readonly #sentAt = new Numbers();
  readonly #acceptedAt = new Numbers();
  readonly #idOf = new Numbers();
  readonly #numberOf = new Numbers();
  readonly #receipts = new Numbers();
  #audience = 0;
  #sent = 0;
  #arrived = 0;
  #accepted = 0;
  #deliveries = 0;
  #responses = 0;
  #onSettled: () => void = () => {};

  /** Every text of the run has so many bytes. */
  constructor(textBytes: number) {
    this.#textBytes = textBytes;
  }

  get textBytes(): number {
    return this.#textBytes;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Whether every message is accepted and has come to every reader that counts. */
  get isSettled(): boolean {
    return this.#arrived === this.#sent && this.#accepted === this.#sent;
  }

  /** How many deliveries there were so far, to readers that count and to those that do not. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** How many messages were accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** For how long the oldest message that has not come to everyone has been under way, in milliseconds; 0 where there is none. */
  get behind(): number {
    // With one sender they arrive in the order of their numbers; with several nearly so.
    return this.#arrived === this.#sent ? 0 : performance.now() - this.#sentAt.get(this.#arrived + 1);
  }

  /** When a message was sent, by the clock of `performance.now`. */
  sentAt(number: number): number {
    return this.#sentAt.get(number);
  }

  /** When its sender was told that a message is accepted; 0: not yet. */
  acceptedAt(number: number): number {
    return this.#acceptedAt.get(number);
  }

  /** How many responses they came in. */
  get responses(): number {
    return this.#responses;
  }

  /** One more reader counts. Only while nothing is under way. */
  admit(): void {
    this.#audience += 1;
  }

  /** Notes that a message is being sent now, and gives it its number. */
  send(): number {
    this.#sent += 1;
    this.#sentAt.set(this.#sent, performance.now());
    return this.#sent;
  }

  /** A reader got a response that has messages. */
  respond(): void {
    this.#responses += 1;
  }

  /** A reader got a message at that time. `counts`: it is one of those whom a message has to have reached. */
  deliver(id: number, number: number, textBytes: number, at: number, counts: boolean): void {
    if (textBytes !== this.#textBytes) {
      throw new Error(`Message ${id} came with a text of ${textBytes} bytes instead of ${this.#textBytes}.`);
    }
    this.#pair(id, number);
    this.#deliveries += 1;
    if (!counts) return;
    this.latency.add(at - this.#sentAt.get(number));
    const receipts = this.#receipts.get(number) + 1;
    this.#receipts.set(number, receipts);
    if (receipts < this.#audience) return;
    this.#arrived += 1;
    this.onArrived();
    this.#settle();
  }

  /** The sender of a message was told that it is accepted. */
  accept(number: number, id: number): void {
    this.#pair(id, number);
    this.#accepted += 1;
    const now = performance.now();
    this.#acceptedAt.set(number, now);
    this.acceptance.add(now - this.#sentAt.get(number));
    this.onAccepted();
    this.#settle();
  }

  /** Resolves once everything that was sent is settled. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled = resolve;
      this.#settle();
    });
  }

  #settle(): void {
    if (this.isSettled) this.#onSettled();
  }

  // The first to name the two together fixes it for everyone: one order for all, and no message under two ids.
  #pair(id: number, number: number): void {
    if (this.#idOf.get(number) === id && this.#numberOf.get(id) === number) return;
    if (number < 1 || number > this.#sent) throw new Error(`Message ${id} came with a text that was never sent.`);
    if (this.#idOf.get(number) || this.#numberOf.get(id)) {
      throw new Error(
        `Id ${id} came with the text sent as number ${number}, but before that number had id ${this.#idOf.get(number)}` +
          ` and that id number ${this.#numberOf.get(id)} (0: none).`,
      );
    }
    this.#idOf.set(number, id);
    this.#numberOf.set(id, number);
  }
}
