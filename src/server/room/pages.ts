import type { Encoder } from "./events.ts";
import type { Sizes } from "./limits.ts";
import type { LogStore } from "./ports/log.ts";
import { ENTRY_OVERHEAD, type Entry, Stretch, toEntry } from "./stretch.ts";

/** Readers go through a page from its beginning, but on their first one. */
const MAX_SHARED = 16;

/** A part of the log that was read from the store, for readers behind the timeline. */
export class Page extends Stretch {
  readonly firstId: number;
  readonly lastId: number;
  /** What it takes, in bytes. */
  readonly bytes: number;
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[], start: number, encoder: Encoder, maxBytes: number) {
    super(encoder, maxBytes, MAX_SHARED);
    this.#entries = entries;
    this.firstId = entries[0]?.id ?? start;
    this.lastId = this.firstId + entries.length - 1;
    // Twice, for the responses that are made of it and remembered.
    this.bytes = entries.reduce((sum, entry) => sum + 2 * entry.bytes.length + ENTRY_OVERHEAD, 0);
  }

  protected entry(id: number): Entry {
    return this.#entries[id - this.firstId] as Entry;
  }
}

/**
 * The pages of the log that readers behind the timeline share: aligned by id, the same for every account, encoded once, at most
 * one read under way for each, the last few kept.
 */
export class Pages {
  readonly #log: LogStore;
  readonly #encoder: Encoder;
  readonly #sizes: Pick<Sizes, "page" | "pages" | "response">;
  /** In the order of use, the longest unused first. */
  readonly #kept = new Map<number, Page>();
  readonly #underWay = new Map<number, Promise<Page>>();
  #bytes = 0;
  #reads = 0;

  constructor(log: LogStore, encoder: Encoder, sizes: Pick<Sizes, "page" | "pages" | "response">) {
    this.#log = log;
    this.#encoder = encoder;
    this.#sizes = sizes;
  }

  /** How many pages were read from the store. */
  get reads(): number {
    return this.#reads;
  }

  /** The page with a message, if it is at hand. */
  kept(id: number): Page | undefined {
    const number = this.#numberOf(id);
    const page = this.#kept.get(number);
    if (page === undefined || id > page.lastId || id < page.firstId) return undefined;
    this.#kept.delete(number);
    this.#kept.set(number, page);
    return page;
  }

  /** Reads the page with a message, so that it is at hand. Throws `StoreUnavailable`. */
  async fetch(id: number): Promise<Page> {
    const number = this.#numberOf(id);
    let read = this.#underWay.get(number);
    if (read === undefined) {
      read = this.#read(number).finally(() => this.#underWay.delete(number));
      this.#underWay.set(number, read);
    }
    return read;
  }

  /** Drops what is kept: the log has forgotten some of it. */
  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  async #read(number: number): Promise<Page> {
    this.#reads += 1;
    const from = number * this.#sizes.page + 1;
    const messages = await this.#log.read(from, from + this.#sizes.page - 1);
    const entries = messages.map((message) => toEntry(message, this.#encoder));
    const page = new Page(entries, from, this.#encoder, this.#sizes.response);
    this.#drop(number);
    this.#kept.set(number, page);
    this.#bytes += page.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#sizes.pages || this.#kept.size === 1) break;
      this.#drop(oldest);
    }
    return page;
  }

  #drop(number: number): void {
    this.#bytes -= this.#kept.get(number)?.bytes ?? 0;
    this.#kept.delete(number);
  }

  #numberOf(id: number): number {
    return Math.floor((id - 1) / this.#sizes.page);
  }
}
