import type { DatabaseSync } from "node:sqlite";
import { Splitter } from "../../search/words.ts";
import { BLOCK_IDS, blockOf } from "../shared/searchTerms.ts";
import { isDamage } from "./errors.ts";
import { IS_MESSAGE } from "./rows.ts";
import { type Block, createTable, prepareBlock, readBlocks, tableOf, toColumns, toVersion } from "./searchBlocks.ts";

/** The bounds of one step, which appends may have to wait for: 3 ms. */
const STEP_IDS = 200;
const STEP_BYTES = 32 * 1_024;
/** A block is created when the log is this near to it. */
const AHEAD_IDS = 16_384;
/** How often a block is built again to remove the words of truncated messages. Building one takes 2 s. */
const REBUILD_INTERVAL_MS = 60 * 60 * 1_000;

/** A message in the index. `recipientId` null: everyone. */
export interface IndexedMessage {
  readonly id: number;
  readonly senderId: number;
  readonly recipientId: number | null;
  readonly text: string;
}

/** The ids that the log has. */
interface LogRange {
  readonly oldestId: number;
  readonly headId: number;
}

/** Keeps the index of the messages. The caller makes commits around the calls. */
export class SearchWriter {
  readonly #db: DatabaseSync;
  readonly #splitter: Splitter;
  readonly #version: string;
  readonly #statements;
  /** The statements for the block of the last message. */
  #prepared: ReturnType<typeof prepare> | undefined;
  /** By `performance.now()`. */
  #rebuiltAt = Number.NEGATIVE_INFINITY;

  constructor(db: DatabaseSync, splitter = new Splitter()) {
    this.#db = db;
    this.#splitter = splitter;
    this.#version = toVersion(splitter.version);
    this.#statements = {
      block: prepareBlock(db),
      add: db.prepare(
        "INSERT INTO search_blocks (block, version, indexed_to, is_built, is_dirty) VALUES (?, ?, ?, ?, 0)",
      ),
      advance: db.prepare("UPDATE search_blocks SET indexed_to = ?, is_built = max(is_built, ?) WHERE block = ?"),
      soil: db.prepare("UPDATE search_blocks SET is_dirty = 1 WHERE block = ? AND indexed_to >= ?"),
      forget: db.prepare("DELETE FROM search_blocks WHERE block = ?"),
      messages: db.prepare(`
        SELECT x.id, x.sender_id AS senderId, x.recipient_id AS recipientId, coalesce(e.text, x.text) AS text
        FROM entries x LEFT JOIN entries e ON e.target_id = x.id AND e.kind = 3
        WHERE x.id BETWEEN ? AND ? AND x.${IS_MESSAGE} ORDER BY x.id`),
    };
  }

  /** Indexes the next messages, or prepares that. Returns whether there was anything to do. */
  step(range: LogRange): boolean {
    const blocks = new Map(readBlocks(this.#db).map((row) => [row.block, row]));
    const work = this.#nextWork(blocks, range);
    if (work === undefined) return false;
    if (work.drop !== undefined) this.#drop(work.drop);
    else this.#index(work.block, range);
    return true;
  }

  /** Removes a message before it is deleted or its text is replaced. */
  remove(message: IndexedMessage): void {
    const row = this.#rowWith(message);
    if (row === undefined) return;
    // Its words are not those of this splitter, so they cannot be found to be removed. It is going to be built again anyway.
    if (row.version !== this.#version) this.#drop(row.block);
    else this.#removeFrom(row.block, message);
  }

  /** Adds a message again that was removed, with another text. */
  add(message: IndexedMessage): void {
    const row = this.#rowWith(message);
    if (row !== undefined) this.#write(row.block, message, false);
  }

  /** Call this when the entries before an id are truncated. */
  truncated(oldestId: number): void {
    const first = blockOf(oldestId);
    for (const { block } of readBlocks(this.#db)) if (block < first) this.#drop(block);
    if (oldestId % BLOCK_IDS !== 0) this.#statements.soil.run(first, Math.max(1, first * BLOCK_IDS));
  }

  /** New messages first; then the blocks that are not built, from the newest one on. */
  #nextWork(blocks: ReadonlyMap<number, Block>, range: LogRange): { block: number; drop?: number } | undefined {
    const first = blockOf(range.oldestId);
    // Of an empty log, the block of its next message.
    const last = Math.max(blockOf(range.headId), first);
    for (const { block, version, indexedTo, isBuilt } of blocks.values()) {
      if (isBuilt && version === this.#version && indexedTo < endOf(block, range)) return { block };
    }
    for (let block = last; block >= first; block -= 1) {
      const row = blocks.get(block);
      if (row === undefined || (row.version === this.#version && !row.isBuilt)) return { block };
      if (row.version !== this.#version) return { block, drop: block };
    }
    const dirty = blocks.get(first);
    if (!dirty?.isDirty || performance.now() - this.#rebuiltAt < REBUILD_INTERVAL_MS) return undefined;
    this.#rebuiltAt = performance.now();
    return { block: first, drop: first };
  }

  #index(block: number, range: LogRange): void {
    const start = Math.max(block * BLOCK_IDS, range.oldestId);
    const row = (this.#statements.block.get(block) as Block | undefined) ?? this.#create(block, start - 1, false);
    const from = Math.max(row.indexedTo, start - 1) + 1;
    const end = endOf(block, range);
    let indexedTo = Math.min(end, from + STEP_IDS - 1);
    let bytes = 0;
    for (const found of this.#statements.messages.iterate(from, indexedTo)) {
      const message = found as unknown as IndexedMessage;
      this.#write(block, message, false);
      bytes += message.text.length;
      if (bytes < STEP_BYTES) continue;
      indexedTo = message.id;
      break;
    }
    const isBuilt = indexedTo >= end;
    this.#statements.advance.run(Math.max(indexedTo, row.indexedTo), isBuilt ? 1 : 0, block);
    // The next block must be there before its first message is searched for.
    const next = block + 1;
    const isNear = next * BLOCK_IDS - range.headId < AHEAD_IDS;
    if (isBuilt && isNear && this.#statements.block.get(next) === undefined) {
      this.#create(next, next * BLOCK_IDS - 1, true);
    }
  }

  #create(block: number, indexedTo: number, isBuilt: boolean): Block {
    createTable(this.#db, block);
    this.#statements.add.run(block, this.#version, indexedTo, isBuilt ? 1 : 0);
    return this.#statements.block.get(block) as unknown as Block;
  }

  #write(block: number, { id, senderId, recipientId, text }: IndexedMessage, isRemoval: boolean): void {
    if (this.#prepared?.block !== block) this.#prepared = prepare(this.#db, block);
    const { add, remove } = this.#prepared;
    (isRemoval ? remove : add).run(id, ...toColumns(this.#splitter.split(text), senderId, recipientId ?? 0));
  }

  #removeFrom(block: number, message: IndexedMessage): void {
    try {
      this.#write(block, message, true);
    } catch (error) {
      // A damaged index must not keep a message from being deleted.
      if (!isDamage(error)) throw error;
      this.#drop(block);
    }
  }

  #rowWith({ id }: IndexedMessage): Block | undefined {
    const row = this.#statements.block.get(blockOf(id)) as Block | undefined;
    return row === undefined || id > row.indexedTo ? undefined : row;
  }

  #drop(block: number): void {
    this.#prepared = undefined;
    this.#db.exec(`DROP TABLE ${tableOf(block)}`);
    this.#statements.forget.run(block);
  }
}

function prepare(db: DatabaseSync, block: number) {
  const table = tableOf(block);
  return {
    block,
    add: db.prepare(`INSERT INTO ${table} (rowid, words, audience) VALUES (?, ?, ?)`),
    // With other words than were added, this would damage the index.
    remove: db.prepare(`INSERT INTO ${table} (${table}, rowid, words, audience) VALUES ('delete', ?, ?, ?)`),
  };
}

/** The last id of a block that the log has. */
function endOf(block: number, { headId }: LogRange): number {
  return Math.min((block + 1) * BLOCK_IDS - 1, headId);
}
