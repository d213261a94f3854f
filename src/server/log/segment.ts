import type { LogEncoder } from "./events.ts";
import { isPublic, type Message, maySee } from "./entry.ts";

/** A message of the log, encoded once for all readers. */
export interface Entry {
  readonly id: number;
  readonly senderId: number;
  readonly recipientId: number;
  /** The `message` event as one field of a response. */
  readonly bytes: Uint8Array;
}

/** A contiguous part of the log in memory. */
export interface Segment {
  /** The id of the first entry; `lastId + 1` if there is none. */
  readonly firstId: number;
  /** The id of the last entry. */
  readonly lastId: number;
  /** The entry of an id from `firstId` to `lastId`. */
  entry(id: number): Entry;
}

/** The messages that a reader takes at once. */
export interface Chunk {
  /** A whole response with its cursor; empty if the reader may see no message up to `cursor`. */
  readonly bytes: Uint8Array;
  /** The id of the last message that the chunk covers. */
  readonly cursor: number;
  /** The number of messages in `bytes`. */
  readonly messages: number;
}

interface SharedChunk extends Chunk {
  /** The senders and recipients of the private messages that the chunk passes: they see more than other accounts. */
  readonly insiders: ReadonlySet<number>;
}

/** Which entries become a chunk: those after `after`, up to `upTo`, as many as fit into `maxBytes`. */
interface Selection {
  readonly after: number;
  readonly upTo: number;
  readonly maxBytes: number;
  readonly sees: (entry: Entry) => boolean;
}

/** The most entries that one chunk covers, so that a long run of invisible messages does not block the event loop. */
const MAX_SCANNED = 4_096;
/**
 * Shared chunks fill at most this part of a response. The rest has space for a reader's own replies, so that all
 * readers keep the same cursor: if each took as much as fits, no two readers would share a chunk after the first full
 * response.
 */
const SHARED_PART = 15 / 16;
/** The memory that an entry takes in addition to its bytes; measured on Node 24. */
export const ENTRY_OVERHEAD_BYTES = 200;
const NO_BYTES = new Uint8Array(0);

/** Encodes a message once for all readers. */
export function toEntry(message: Message, encoder: LogEncoder): Entry {
  const { id, senderId, recipientId } = message;
  return { id, senderId, recipientId, bytes: encoder.event({ kind: "message", message }) };
}

/**
 * Builds the chunks of a segment. Readers at the same cursor share the bytes of one chunk, except the senders and
 * recipients of its private messages, and readers with less space.
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
   * The messages after `after` that an account may see, as one response of at most `maxBytes`, unless one event alone
   * is larger. The segment must contain `after + 1`. A reader gives a smaller `maxBytes` if its response has other
   * content too.
   */
  take(segment: Segment, after: number, accountId: number, maxBytes = this.#maxBytes): Chunk {
    const shared = this.#sharedChunk(segment, after);
    if (!shared.insiders.has(accountId) && shared.bytes.length + this.#encoder.maxTrailerBytes <= maxBytes)
      return shared;
    return this.#build(segment, {
      after,
      upTo: shared.cursor,
      maxBytes,
      sees: (entry) => maySee(accountId, entry),
    });
  }

  /** Drops all chunks that are kept, because the segment has new entries that they could contain. */
  clear(): void {
    this.#shared.clear();
  }

  #sharedChunk(segment: Segment, after: number): SharedChunk {
    const kept = this.#shared.get(after);
    if (kept !== undefined) return kept;
    const insiders = new Set<number>();
    const sees = (entry: Entry) => {
      if (isPublic(entry)) return true;
      insiders.add(entry.senderId).add(entry.recipientId);
      return false;
    };
    const upTo = Math.min(segment.lastId, after + MAX_SCANNED);
    const chunk = this.#build(segment, { after, upTo, maxBytes: this.#maxBytes * SHARED_PART, sees });
    const shared = { ...chunk, insiders };
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
      if (sees(entry)) {
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
