import type { Bench } from "./bench.ts";
import type { Ledger } from "./ledger.ts";
import { Reader } from "./reader.ts";
import type { Server } from "./server.ts";
import type { Wire } from "./wires/wire.ts";

// Accounts cost a password hash each, and what an account costs is not measured here: a few are shared by all streams.
const ACCOUNTS = 10;
// How many connections are being opened at a time; a server's backlog holds some hundreds.
const AT_ONCE = 50;

/** The clients of one run against one server, each on a connection of its own. */
export class Crowd {
  readonly ledger: Ledger;
  readonly readers: Reader[] = [];
  readonly #bench: Bench;
  readonly #server: Server;
  readonly #wire: Wire;
  #tokens: string[] = [];

  /** `wire`: another one than the server's usual. */
  constructor(bench: Bench, server: Server, ledger: Ledger, wire = server.wire) {
    this.#bench = bench;
    this.#server = server;
    this.#wire = wire;
    this.ledger = ledger;
  }

  /** Connects so many more clients, which do not join yet. Without `counts` nobody waits for what they get. */
  async connect(count: number, { counts = true } = {}): Promise<Reader[]> {
    if (this.#tokens.length === 0) this.#tokens = await this.#wire.signIn(this.#server.address, ACCOUNTS);
    const first = this.readers.length;
    const readers = Array.from({ length: count }, (_, index) => {
      const onFailed = (error: Error) => this.#bench.fail(error);
      return new Reader({ name: `client ${first + index}`, ledger: this.ledger, counts, onFailed });
    });
    this.readers.push(...readers);
    for (let start = 0; start < count; start += AT_ONCE) {
      this.#bench.progress(`connecting, ${start} of ${count}`);
      const some = readers.slice(start, start + AT_ONCE);
      const opening = some.map((reader, index) => {
        return reader.open(this.#wire, this.#server.address, this.#tokenOf(first + start + index));
      });
      await this.#bench.until(Promise.all(opening), "clients to be greeted", () => 0);
    }
    return readers;
  }

  /** Opens a client again that was closed: what it misses in between must come once it joins again. */
  reopen(reader: Reader): Promise<void> {
    return reader.open(this.#wire, this.#server.address, this.#tokenOf(this.readers.indexOf(reader)));
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

  #tokenOf(index: number): string {
    return this.#tokens[index % ACCOUNTS] ?? "";
  }
}
