import type { Ledger } from "./ledger.ts";
import type { Client, Pause, Sink, Wire } from "./wires/wire.ts";

export interface ReaderOptions {
  /** For what a failure says. */
  readonly name: string;
  readonly ledger: Ledger;
  /** Whether a message has to reach this one to have arrived, and its latency matters. */
  readonly counts: boolean;
  /** The connection or a check failed; the run is worth nothing. */
  readonly onFailed: (error: Error) => void;
  /** Called with the number of each message that comes, and when it came. */
  readonly onDelivered?: ((number: number, at: number) => void) | undefined;
}

/**
 * One client of the load, and the check of all that it is sent: ids dense and in order, the cursor neither ahead nor
 * behind, every text the one that was sent, every reply in the order of the commands.
 */
export class Reader implements Sink {
  readonly #options: ReaderOptions;
  readonly #unanswered: number[] = [];
  #client: Client | undefined;
  #next: number | undefined;
  #received = 0;
  #newMessages = 0;
  #readAt = 0;
  #onCaughtUp: (() => void) | undefined;
  #awaited = 0;
  #onReceived: () => void = () => {};

  constructor(options: ReaderOptions) {
    this.#options = options;
    if (options.counts) options.ledger.admit();
  }

  /** How many messages came. */
  get received(): number {
    return this.#received;
  }

  async open(wire: Wire, address: string, token: string): Promise<void> {
    this.#client = await wire.open(address, token, this);
  }

  /** Joins where it left off before it was closed, after having been opened again. */
  rejoin(): Promise<void> {
    return this.join((this.#next ?? 1) - 1);
  }

  /** Joins, and resolves when the replay is over. With a cursor, everything after that must come. */
  join(resumeAfter?: number): Promise<void> {
    if (resumeAfter !== undefined) this.#next = resumeAfter + 1;
    return new Promise((resolve) => {
      this.#onCaughtUp = resolve;
      this.#client?.join(resumeAfter);
    });
  }

  /** Sends one more message to everyone. */
  send(): void {
    const number = this.#options.ledger.send();
    this.#unanswered.push(number);
    this.#client?.send(number, this.#options.ledger.textBytes);
  }

  /** Resolves when so many messages have come. */
  hasReceived(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = count;
      this.#onReceived = resolve;
      if (this.#received >= count) resolve();
    });
  }

  pause(how: Pause): void {
    this.#client?.pause(how);
  }

  resume(): void {
    this.#client?.resume();
  }

  close(): void {
    this.#client?.close();
  }

  message(id: number, number: number, textBytes: number): void {
    if (this.#next !== undefined && id !== this.#next)
      throw new Error(`Message ${id} came where ${this.#next} was next.`);
    this.#next = id + 1;
    this.#received += 1;
    // One look at the clock for all of a response.
    if (this.#newMessages === 0) this.#readAt = performance.now();
    this.#newMessages += 1;
    this.#options.ledger.deliver(id, number, textBytes, this.#readAt, this.#options.counts);
    this.#options.onDelivered?.(number, this.#readAt);
    if (this.#received === this.#awaited) this.#onReceived();
  }

  cursor(id: number): void {
    const covered = id !== 0 || this.#newMessages === 0;
    if (this.#newMessages > 0) this.#options.ledger.respond();
    const last = (this.#next ?? id + 1) - 1;
    this.#newMessages = 0;
    if (!covered) throw new Error(`A response with messages up to ${last} came without a cursor.`);
    if (id !== 0 && id !== last) throw new Error(`The cursor ${id} came where all up to ${last} had been sent.`);
  }

  caughtUp(id: number): void {
    if (this.#onCaughtUp === undefined) throw new Error("A second `caught_up` came.");
    this.#next ??= id + 1;
    if (id !== this.#next - 1) throw new Error(`Caught up with ${id}, but what came last was ${this.#next - 1}.`);
    this.#onCaughtUp();
    this.#onCaughtUp = undefined;
  }

  accepted(number: number, id: number): void {
    const expected = this.#unanswered.shift();
    if (number !== expected) throw new Error(`The answer to number ${number} came where that to ${expected} was next.`);
    this.#options.ledger.accept(number, id);
  }

  failed(error: Error): void {
    this.#options.onFailed(new Error(`${this.#options.name}: ${error.message}`, { cause: error }));
  }
}
