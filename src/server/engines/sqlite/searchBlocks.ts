import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SearchQuery } from "../../search/ports/searchIndex.ts";
import type { SplitterVersion } from "../../search/words.ts";
import { audienceFor, audienceOf } from "../shared/searchTerms.ts";

// Each block of messages has an FTS5 table of its own. A block whose messages are all truncated is dropped, which costs
// 15 ms; to remove the messages one by one costs 0.4 ms each. A query reads one block after the other, and can stop.

/** The row of a block in `search_blocks`. */
export interface Block {
  readonly block: number;
  /** The version of the splitter that made the words of the block. */
  readonly version: string;
  /** The last id that was looked at. */
  readonly indexedTo: number;
  /** 1: the block once had all messages that there were. 0: it is still being built. */
  readonly isBuilt: 0 | 1;
  /** 1: the block has words of truncated messages. */
  readonly isDirty: 0 | 1;
}

const BLOCKS =
  "SELECT block, version, indexed_to AS indexedTo, is_built AS isBuilt, is_dirty AS isDirty FROM search_blocks";

/** The rows of all blocks, in order. */
export function readBlocks(db: DatabaseSync): Block[] {
  return db.prepare(`${BLOCKS} ORDER BY block`).all() as unknown as Block[];
}

/** Prepares the statement for the row of one block. */
export function prepareBlock(db: DatabaseSync): StatementSync {
  return db.prepare(`${BLOCKS} WHERE block = ?`);
}

export function toVersion({ rules, icu }: SplitterVersion): string {
  return `${rules}.${icu}`;
}

export function tableOf(block: number): string {
  return `search_${block}`;
}

/** Stands for a word that the splitter leaves out, and keeps the positions of the others. No query has it. */
const LEFT_OUT = "#";

/**
 * Creates the table of a block. The tokenizer `ascii` takes the words as they are: they have no capital letters of ASCII,
 * and of its signs only # and *, in emoji. With `secure-delete` nothing remains of a removed text, and without `content`
 * the text is not stored a second time (https://www.sqlite.org/fts5.html).
 */
export function createTable(db: DatabaseSync, block: number): void {
  const table = tableOf(block);
  db.exec(`
    CREATE VIRTUAL TABLE ${table}
      USING fts5(words, audience, content = '', columnsize = 0, tokenize = "ascii tokenchars '#*'");
    INSERT INTO ${table} (${table}, rank) VALUES ('secure-delete', 1);
  `);
}

/** The columns of a message in the table of its block. */
export function toColumns(words: readonly string[], senderId: number, recipientId: number): [string, string] {
  const tokens = words.map((word) => (word === "" ? LEFT_OUT : word));
  return [tokens.join(" "), audienceOf(senderId, recipientId).join(" ")];
}

/** The expression of a query for `MATCH`. No word has a quotation mark. */
export function toMatch(query: SearchQuery): string {
  const terms = query.terms.map(({ words, isPrefix }) => `"${words.join(" ")}"${isPrefix ? " *" : ""}`);
  const audience = audienceFor(query).map((one) => `{audience} : (${one.map((token) => `"${token}"`).join(" OR ")})`);
  return [`{words} : (${terms.join(" AND ")})`, ...audience].join(" AND ");
}
