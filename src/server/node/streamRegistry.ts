import type { Stream } from "../chat/stream.ts";

/** The number of open streams, and of their readers. */
export interface StreamCounts {
  readonly streams: number;
  /** Streams that have joined. */
  readonly readers: number;
  /** Readers that go through pages of the store. */
  readonly readersBehind: number;
}

/** The open streams of this node, also by account. */
export class StreamRegistry implements Iterable<Stream> {
  readonly #streams = new Set<Stream>();
  readonly #byAccount = new Map<number, Set<Stream>>();
  /** Where `nextAccounts` goes on. */
  #turn = this.#byAccount.keys();

  get size(): number {
    return this.#streams.size;
  }

  [Symbol.iterator](): Iterator<Stream> {
    return this.#streams.values();
  }

  /** The streams of an account. */
  ofAccount(accountId: number): Iterable<Stream> {
    return this.#byAccount.get(accountId) ?? [];
  }

  /** The next few accounts with streams; all of them come in turn. */
  nextAccounts(count: number): number[] {
    const accounts: number[] = [];
    while (accounts.length < Math.min(count, this.#byAccount.size)) {
      const next = this.#turn.next();
      if (next.done) this.#turn = this.#byAccount.keys();
      else accounts.push(next.value);
    }
    return accounts;
  }

  add(stream: Stream): void {
    const { accountId } = stream.session;
    this.#streams.add(stream);
    const own = this.#byAccount.get(accountId);
    if (own === undefined) this.#byAccount.set(accountId, new Set([stream]));
    else own.add(stream);
  }

  remove(stream: Stream): void {
    const { accountId } = stream.session;
    this.#streams.delete(stream);
    const own = this.#byAccount.get(accountId);
    own?.delete(stream);
    if (own?.size === 0) this.#byAccount.delete(accountId);
  }

  counts(): StreamCounts {
    let readers = 0;
    let readersBehind = 0;
    for (const stream of this.#streams) {
      if (stream.reads) readers += 1;
      if (stream.behind) readersBehind += 1;
    }
    return { streams: this.#streams.size, readers, readersBehind };
  }
}
