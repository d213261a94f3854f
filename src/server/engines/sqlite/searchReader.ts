import type { DatabaseSync } from "node:sqlite";
import type { SearchQuery } from "../../search/ports/searchIndex.ts";
import { Splitter } from "../../search/words.ts";
import { blockOf } from "../shared/searchTerms.ts";
import { type Guard, UNGUARDED } from "./files/custody.ts";
import { readState } from "./meta.ts";
import { ENTRY_JSON, IS_MESSAGE } from "./rows.ts";
import { type Block, prepareBlock, tableOf, toMatch, toVersion } from "./searchBlocks.ts";

/** After this time a search ends with what it has found. It looks at the time after each block, which takes 1 to 100 ms. */
const MAX_SEARCH_MS = 1_000;

/** A page of results, with the messages as JSON for `parseEntryRows`. */
export type SearchRows =
  | { readonly kind: "page"; readonly rows: readonly string[]; readonly hasOlder: boolean }
  | { readonly kind: "building" }
  | { readonly kind: "too-costly" };

/** The methods of the search's worker, whose queries delay neither appends nor other reads. */
export class SearchReader {
  readonly #db: DatabaseSync;
  readonly #guard: Guard;
  readonly #version = toVersion(new Splitter().version);
  readonly #statements;

  constructor(db: DatabaseSync, guard: Guard = UNGUARDED) {
    this.#db = db;
    this.#guard = guard;
    this.#statements = {
      block: prepareBlock(db),
      time: db.prepare("SELECT sent_at AS at FROM entries WHERE id = ?"),
      message: db.prepare(`
        SELECT ${ENTRY_JSON} AS row, octet_length(coalesce(e.text, x.text)) AS bytes
        FROM entries x LEFT JOIN entries e ON e.target_id = x.id AND e.kind = 3 WHERE x.id = ? AND x.${IS_MESSAGE}`),
    };
  }

  search(query: SearchQuery): SearchRows {
    this.#guard.checkFiles();
    const startedAt = performance.now();
    const match = toMatch(query);
    const page = new Page(query);
    const { oldestId, headId } = readState(this.#db);
    const from = this.#firstIdSince(query.since, oldestId, headId);
    const to = Math.min(query.beforeId, this.#firstIdSince(query.until, oldestId, headId)) - 1;
    for (let block = blockOf(to); block >= blockOf(from) && from <= to; block -= 1) {
      if (performance.now() - startedAt > MAX_SEARCH_MS) return page.cut("too-costly");
      if (!this.#searchBlock(block, match, from, to, page)) return page.cut("building");
      if (page.isFull) break;
    }
    return { kind: "page", rows: page.rows, hasOlder: page.isFull };
  }

  /** Adds the results of one block, which are of one moment. Returns whether the block was built. */
  #searchBlock(block: number, match: string, from: number, to: number, page: Page): boolean {
    this.#db.exec("BEGIN");
    try {
      const row = this.#statements.block.get(block) as Block | undefined;
      if (row === undefined || row.version !== this.#version || !row.isBuilt) return false;
      const found = this.#db.prepare(
        `SELECT rowid AS id FROM ${tableOf(block)} WHERE ${tableOf(block)} MATCH ? AND rowid BETWEEN ? AND ?
         ORDER BY rowid DESC LIMIT ?`,
      );
      for (const { id } of found.all(match, from, to, page.free + 1) as { id: number }[]) {
        const message = this.#statements.message.get(id) as { row: string; bytes: number } | undefined;
        if (message !== undefined) page.add(message.row, message.bytes);
        if (page.isFull) break;
      }
      return true;
    } finally {
      this.#db.exec("COMMIT");
    }
  }

  /** The id of the first entry with this time or a later one; beyond the head if there is none. */
  #firstIdSince(time: number, oldestId: number, headId: number): number {
    let low = oldestId;
    let high = headId + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#statements.time.get(middle) as { at: number } | undefined;
      // Entries that have just been truncated were older than the others.
      if (row === undefined || row.at < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The results of a search so far. */
class Page {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly rows: string[] = [];
  #bytes = 0;
  isFull = false;

  constructor({ maxMessages, maxBytes }: SearchQuery) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  /** How many messages the page has space for. */
  get free(): number {
    return this.#maxMessages - this.rows.length;
  }

  /** Adds a message, unless that makes the page too large: then the page is full. */
  add(row: string, bytes: number): void {
    this.#bytes += bytes;
    this.isFull = this.free === 0 || (this.rows.length > 0 && this.#bytes > this.#maxBytes);
    if (!this.isFull) this.rows.push(row);
  }

  /** The page if the search cannot go on for a reason. */
  cut(reason: "building" | "too-costly"): SearchRows {
    return this.rows.length === 0 ? { kind: reason } : { kind: "page", rows: this.rows, hasOlder: true };
  }
}
