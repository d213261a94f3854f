import type { Bench } from "./bench.ts";
import type { Ledger } from "./ledger.ts";
import { Reader } from "./reader.ts";
import type { Target } from "./target.ts";
import type { Wire } from "./wires/wire.ts";

// Accounts cost a password hash each, and what an account costs is not measured here: a few are shared by all streams.
const ACCOUNTS = 10;
// How many connections are being opened at a time; a server's backlog holds some hundreds.
const AT_ONCE = 50;

/** The clients of one run, each on a connection of its own; where the target listens in several places, on each in turn. */
export class Crowd {
  readonly ledger: Ledger;
  readonly readers: Reader[] = [];
  readonly #bench: Bench;
  readonly #target: Target;
  readonly #wire: Wire;
  /** Called with each message that comes to a client, and where that is connected. To be set before there are clients. */
  onDelivered: ((place: number, number: number, at: number) => void) | undefined;
  #tokens: string[] = [];

  /** `wire`: another one than the target's usual. */
  constructor(bench: Bench, target: Target, ledger: Ledger, wire = target.wire) {
    this.#bench = bench;
    this.#target = target;
    this.#wire = wire;
    this.ledger = ledger;
  }

  /** Connects so many more clients, which do not join yet. Without `counts` nobody waits for what they get. */
  async connect(count: number, { counts = true } = {}): Promise<Reader[]> {
    if (this.#tokens.length === 0) this.#tokens = await this.#wire.signIn(this.#addressOf(0), ACCOUNTS);
    const first = this.readers.length;
    const readers = Array.from({ length: count }, (_, index) => {
      const onFailed = (error: Error) => this.#bench.fail(error);
      const onDelivered = this.onDelivered?.bind(undefined, this.#placeOf(first + index));
      return new Reader({ name: `client ${first + index}`, ledger: this.ledger, counts, onFailed, onDelivered });
    });
    this.readers.push(...readers);
    for (let start = 0; start < count; start += AT_ONCE) {
      this.#bench.progress(`connecting, ${start} of ${count}`);
      const some = readers.slice(start, start + AT_ONCE);
      const opening = some.map((reader, index) => {
        const number = first + start + index;
        return reader.open(this.#wire, this.#addressOf(number), this.#tokenOf(number));
      });
      await this.#bench.until(Promise.all(opening), "clients to be greeted", () => 0);
    }
    return readers;
  }

  /** Opens a client again that was closed: what it misses in between must come once it joins again. */
  reopen(reader: Reader): Promise<void> {
    const index = this.readers.indexOf(reader);
    return reader.open(this.#wire, this.#addressOf(index), this.#tokenOf(index));
  }

  /** Connects so many more clients and has them join. */
  async enter(count: number, options?: { counts?: boolean }): Promise<Reader[]> {
    const readers = await this.connect(count, options);
    await this.until(Promise.all(readers.map((reader) => reader.join())), "clients to be caught up");
    return readers;
  }

  /** Waits for that, as long as there are deliveries. */
  until<Result>(promise: Promise<Result>, what: string): Promise<Result> {
    return this.#bench.until(promise, what, () => this.ledger.deliveries);
  }

  /** Cuts all connections; what is still under way is nobody's business any more. */
  leave(): void {
    for (const reader of this.readers) reader.close();
  }

  /** Waits until all that was sent is accepted and has come to everyone who counts, and checks that it was so. */
  async settle(readers = this.readers): Promise<void> {
    await this.until(this.ledger.settled(), "every message to come to every client");
    for (const reader of readers) {
      if (reader.received === this.ledger.sent) continue;
      throw new Error(`A client got ${reader.received} messages of the ${this.ledger.sent} that were sent.`);
    }
  }

  #placeOf(index: number): number {
    return index % this.#target.addresses.length;
  }

  #addressOf(index: number): string {
    return this.#target.addresses[this.#placeOf(index)] ?? "";
  }

  #tokenOf(index: number): string {
    return this.#tokens[index % ACCOUNTS] ?? "";
  }
}
