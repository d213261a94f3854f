import { Histogram } from "./histogram.ts";

/**
 * Records every message of a run, for all virtual users together: when it was sent and accepted, its id, and how many
 * users received it.
 *
 * A message has a number, which the load gives it (from 1, in the order of sending), and an id, which the server gives
 * it. `deliver` and `accept` throw if a number and an id do not belong together.
 */
export class Recorder {
  /** From sending to receipt, for each delivery to a measured user. */
  readonly latency = new Histogram();
  /** From sending to `accepted`. */
  readonly acceptLatency = new Histogram();
  /** Called when a message has reached every measured user. */
  onDeliveredToAll: () => void = () => {};
  /** Called when a sender receives `accepted`. */
  onAccepted: () => void = () => {};

  readonly #textBytes: number;
  readonly #sentAt = new NumberTable();
  readonly #acceptedAt = new NumberTable();
  readonly #idOf = new NumberTable();
  readonly #numberOf = new NumberTable();
  readonly #receipts = new NumberTable();
  #receivers = 0;
  #sent = 0;
  #deliveredToAll = 0;
  #accepted = 0;
  #deliveries = 0;
  #responses = 0;
  #onComplete: () => void = () => {};

  /** `textBytes` is the length of every text of the run. */
  constructor(textBytes: number) {
    this.#textBytes = textBytes;
  }

  get textBytes(): number {
    return this.#textBytes;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Whether every message is accepted and has reached every measured user. */
  get isComplete(): boolean {
    return this.#deliveredToAll === this.#sent && this.#accepted === this.#sent;
  }

  /** The number of deliveries so far, to all users, measured or not. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** The number of accepted messages. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The age of the oldest message that has not reached every measured user, in milliseconds; 0 if there is none. */
  get oldestInFlightMs(): number {
    // Messages of one sender arrive in the order of their numbers, those of several senders nearly so.
    return this.#deliveredToAll === this.#sent ? 0 : performance.now() - this.#sentAt.get(this.#deliveredToAll + 1);
  }

  /** When a message was sent, as `performance.now()` counts. */
  sentAt(number: number): number {
    return this.#sentAt.get(number);
  }

  /** When the sender of a message received `accepted`; 0 if it has not. */
  acceptedAt(number: number): number {
    return this.#acceptedAt.get(number);
  }

  /** The number of responses with messages. */
  get responses(): number {
    return this.#responses;
  }

  /** Adds a measured user. Call it only while no message is in flight. */
  addReceiver(): void {
    this.#receivers += 1;
  }

  /** Records that a message is sent now, and returns its number. */
  send(): number {
    this.#sent += 1;
    this.#sentAt.set(this.#sent, performance.now());
    return this.#sent;
  }

  /** Records a response with messages. */
  respond(): void {
    this.#responses += 1;
  }

  /** Records that a user received a message at this time. */
  deliver(id: number, number: number, textBytes: number, at: number, isMeasured: boolean): void {
    if (textBytes !== this.#textBytes) {
      throw new Error(`Message ${id} came with a text of ${textBytes} bytes instead of ${this.#textBytes}.`);
    }
    this.#pair(id, number);
    this.#deliveries += 1;
    if (!isMeasured) return;
    this.latency.add(at - this.#sentAt.get(number));
    const receipts = this.#receipts.get(number) + 1;
    this.#receipts.set(number, receipts);
    if (receipts < this.#receivers) return;
    this.#deliveredToAll += 1;
    this.onDeliveredToAll();
    this.#checkComplete();
  }

  /** Records that the sender of a message received `accepted`. */
  accept(number: number, id: number): void {
    this.#pair(id, number);
    this.#accepted += 1;
    const now = performance.now();
    this.#acceptedAt.set(number, now);
    this.acceptLatency.add(now - this.#sentAt.get(number));
    this.onAccepted();
    this.#checkComplete();
  }

  /** Resolves once `isComplete` is true. */
  whenComplete(): Promise<void> {
    return new Promise((resolve) => {
      this.#onComplete = resolve;
      this.#checkComplete();
    });
  }

  #checkComplete(): void {
    if (this.isComplete) this.#onComplete();
  }

  // The first delivery or answer decides which id belongs to which number, and every later one must agree. So all users
  // have one order, and no message has two ids.
  #pair(id: number, number: number): void {
    if (this.#idOf.get(number) === id && this.#numberOf.get(id) === number) return;
    if (number < 1 || number > this.#sent) throw new Error(`Message ${id} came with a text that was never sent.`);
    if (this.#idOf.get(number) || this.#numberOf.get(id)) {
      throw new Error(
        `Id ${id} came with the text sent as number ${number}, ` +
          `but before that number had id ${this.#idOf.get(number)} ` +
          `and that id number ${this.#numberOf.get(id)} (0: none).`,
      );
    }
    this.#idOf.set(number, id);
    this.#numberOf.set(id, number);
  }
}

/** A growing array of numbers by small integer keys. A key that was never set has the value 0. */
class NumberTable {
  #values = new Float64Array(4096);

  get(key: number): number {
    return this.#values[key] ?? 0;
  }

  set(key: number, value: number): void {
    if (key >= this.#values.length) {
      const longer = new Float64Array(2 ** Math.ceil(Math.log2(key + 1)));
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[key] = value;
  }
}
