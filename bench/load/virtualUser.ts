import type { Client, Pause, Sink, Wire } from "../wires/wire.ts";
import type { Recorder } from "./recorder.ts";

export interface VirtualUserOptions {
  /** The name to put in front of error messages. */
  readonly name: string;
  readonly recorder: Recorder;
  /** Whether every message has to reach this user, and its latencies are recorded. */
  readonly isMeasured: boolean;
  /** Called when the connection or a check fails. That must fail the run. */
  readonly onFailed: (error: Error) => void;
  /** Called with the number and the time of each delivery. */
  readonly onDelivered?: ((number: number, at: number) => void) | undefined;
}

/**
 * One scripted client, which checks everything that it receives: ids are dense and in order, the cursor is neither
 * ahead of the messages nor behind them, every text is the one that was sent, replies are in the order of the commands.
 */
export class VirtualUser implements Sink {
  readonly #options: VirtualUserOptions;
  readonly #unanswered: number[] = [];
  #client: Client | undefined;
  /** The id that the next message must have; undefined until the first message or `caught_up`. */
  #next: number | undefined;
  #received = 0;
  #newMessages = 0;
  #readAt = 0;
  #onCaughtUp: (() => void) | undefined;
  #awaited = 0;
  #onReceived: () => void = () => {};

  constructor(options: VirtualUserOptions) {
    this.#options = options;
    if (options.isMeasured) options.recorder.addReceiver();
  }

  /** The number of messages that this user has received. */
  get received(): number {
    return this.#received;
  }

  async open(wire: Wire, address: string, token: string): Promise<void> {
    this.#client = await wire.open(address, token, this);
  }

  /** Joins from the last received message on, after `open` was called again. */
  rejoin(): Promise<void> {
    return this.join((this.#next ?? 1) - 1);
  }

  /** Joins, and resolves at `caught_up`. With a cursor, the server must send every message after it. */
  join(resumeAfter?: number): Promise<void> {
    if (resumeAfter !== undefined) this.#next = resumeAfter + 1;
    return new Promise((resolve) => {
      this.#onCaughtUp = resolve;
      this.#client?.join(resumeAfter);
    });
  }

  /** Sends one more message to everyone. */
  send(): void {
    const number = this.#options.recorder.send();
    this.#unanswered.push(number);
    this.#client?.send(number, this.#options.recorder.textBytes);
  }

  /** Resolves when the user has received this many messages. */
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
    // All messages of a response share one reading of the clock.
    if (this.#newMessages === 0) this.#readAt = performance.now();
    this.#newMessages += 1;
    this.#options.recorder.deliver(id, number, textBytes, this.#readAt, this.#options.isMeasured);
    this.#options.onDelivered?.(number, this.#readAt);
    if (this.#received === this.#awaited) this.#onReceived();
  }

  cursor(id: number): void {
    const covered = id !== 0 || this.#newMessages === 0;
    if (this.#newMessages > 0) this.#options.recorder.respond();
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
    this.#options.recorder.accept(number, id);
  }

  failed(error: Error): void {
    this.#options.onFailed(new Error(`${this.#options.name}: ${error.message}`, { cause: error }));
  }
}
