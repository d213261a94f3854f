import { type Entry, isPublic, maySee } from "./entry.ts";
import type { LogEncoder } from "./events.ts";

/** An entry of the log, encoded once for all readers. */
export interface EncodedEntry {
  /** `erased` also if the entry was erased in memory only: a superseded edit, or an edit of a forgotten message. */
  readonly kind: Entry["kind"];
  readonly id: number;
  /** The message that an edit or a deletion changes; that of a message is its own id; 0 for an `Erased`. */
  readonly messageId: number;
  /** The account that caused the entry; 0: the server, or the entry is erased. */
  readonly authorId: number;
  /** The sender and the recipient of the message, who decide with `maySee` who may see the entry. */
  readonly senderId: number;
  readonly recipientId: number;
  /** Of a message: the id of its newest edit; 0: none. */
  readonly editId: number;
  /** The event as one field of a response. Empty if the entry is erased: then no account may see it. */
  readonly bytes: Uint8Array;
}

/** A contiguous part of the log in memory. */
export interface Segment {
  /** The id of the first entry; `lastId + 1` if there is none. */
  readonly firstId: number;
  /** The id of the last entry. */
  readonly lastId: number;
  /** The entry of an id from `firstId` to `lastId`. */
  entry(id: number): EncodedEntry;
}

/** The position of a reader, and what it may see. */
export interface ReadPosition {
  readonly cursor: number;
  readonly accountId: number;
  /** Edits and deletions with ids up to this one are not delivered: the messages that the reader gets have them. */
  readonly changesAfter: number;
}

/** The entries that a reader takes at once. */
export interface Chunk {
  /** A whole response with its cursor; empty if the reader gets no entry up to `cursor`. */
  readonly bytes: Uint8Array;
  /** The id of the last entry that the chunk covers. */
  readonly cursor: number;
  /** The number of entries in `bytes`. */
  readonly messages: number;
}

interface SharedChunk extends Chunk {
  /** The senders and recipients of the private messages that the chunk passes: they see more than other accounts. */
  readonly insiders: ReadonlySet<number>;
  /** The id of the first edit or deletion in the chunk; infinite if there is none. */
  readonly firstChange: number;
}

/** Which entries become a chunk: those after `after`, up to `upTo`, as many as fit into `maxBytes`. */
interface Selection {
  readonly after: number;
  readonly upTo: number;
  readonly maxBytes: number;
  /** Whether an entry, which is not erased, is in the chunk. */
  readonly sees: (entry: EncodedEntry) => boolean;
}

/** The most entries that one chunk covers, so that a long run of invisible messages does not block the event loop. */
const MAX_SCANNED = 4_096;
/**
 * Shared chunks fill at most this part of a response. The rest has space for a reader's own replies, so that all
 * readers keep the same cursor: if each took as much as fits, no two readers would share a chunk after the first full
 * response.
 */
const SHARED_PART = 15 / 16;
const NO_BYTES = new Uint8Array(0);

/**
 * Builds the chunks of a segment. Readers at the same cursor share the bytes of one chunk, except the senders and
 * recipients of its private messages, readers with less space, and readers that do not get all of its changes.
 */
export class ChunkBuilder {
  readonly #encoder: LogEncoder;
  readonly #maxBytes: number;
  readonly #maxShared: number;
  /** By the cursor of its readers; the chunk that was built first comes first. */
  readonly #shared = new Map<number, SharedChunk>();

  /** `maxBytes`: of a response, unless one event alone is larger. `maxShared`: the most chunks that are kept. */
  constructor(encoder: LogEncoder, maxBytes: number, maxShared: number) {
    this.#encoder = encoder;
    this.#maxBytes = maxBytes;
    this.#maxShared = maxShared;
  }

  /**
   * The entries after a reader's cursor that it gets, as one response of at most `maxBytes`, unless one event alone is
   * larger. The segment must contain `cursor + 1`. A reader gives a smaller `maxBytes` if its response has other
   * content too.
   */
  take(segment: Segment, reader: ReadPosition, maxBytes = this.#maxBytes): Chunk {
    const { cursor: after, accountId, changesAfter } = reader;
    const shared = this.#sharedChunk(segment, after);
    if (
      !shared.insiders.has(accountId) &&
      changesAfter < shared.firstChange &&
      shared.bytes.length + this.#encoder.maxTrailerBytes <= maxBytes
    )
      return shared;
    return this.#build(segment, {
      after,
      upTo: shared.cursor,
      maxBytes,
      sees: (entry) => maySee(accountId, entry) && (entry.kind === "message" || entry.id > changesAfter),
    });
  }

  /** Drops all chunks that are kept, because the segment has new entries, or entries without their old texts. */
  clear(): void {
    this.#shared.clear();
  }

  #sharedChunk(segment: Segment, after: number): SharedChunk {
    const kept = this.#shared.get(after);
    if (kept !== undefined) return kept;
    const insiders = new Set<number>();
    let firstChange = Number.POSITIVE_INFINITY;
    const sees = (entry: EncodedEntry) => {
      if (isPublic(entry)) {
        if (entry.kind !== "message" && entry.id < firstChange) firstChange = entry.id;
        return true;
      }
      insiders.add(entry.senderId).add(entry.recipientId);
      return false;
    };
    const upTo = Math.min(segment.lastId, after + MAX_SCANNED);
    const chunk = this.#build(segment, { after, upTo, maxBytes: this.#maxBytes * SHARED_PART, sees });
    const shared = { ...chunk, insiders, firstChange };
    this.#keep(after, shared);
    return shared;
  }

  #keep(after: number, chunk: SharedChunk): void {
    const oldest = this.#shared.size >= this.#maxShared ? this.#shared.keys().next().value : undefined;
    if (oldest !== undefined) this.#shared.delete(oldest);
    this.#shared.set(after, chunk);
  }

  #build(segment: Segment, { after, upTo, maxBytes, sees }: Selection): Chunk {
    const fields: Uint8Array[] = [];
    let bytes = this.#encoder.maxTrailerBytes;
    let cursor = after;
    while (cursor < upTo) {
      const entry = segment.entry(cursor + 1);
      if (entry.bytes.length > 0 && sees(entry)) {
        bytes += entry.bytes.length;
        if (bytes > maxBytes && fields.length > 0) break;
        fields.push(entry.bytes);
      }
      cursor += 1;
    }
    const messages = fields.length;
    if (messages === 0) return { bytes: NO_BYTES, cursor, messages };
    fields.push(this.#encoder.cursor(cursor));
    return { bytes: Buffer.concat(fields), cursor, messages };
  }
}
