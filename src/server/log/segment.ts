import type { LogEncoder } from "./events.ts";
import { isPublic, type Message, maySee } from "./message.ts";

/** A message of the log, encoded once for everyone. */
export interface Entry {
  readonly id: number;
  readonly senderId: number;
  readonly recipientId: number;
  /** The `message` event as one field of a response. */
  readonly bytes: Uint8Array;
}

/** What a reader takes in one go. */
export interface Batch {
  /** A whole response with its cursor; empty where there is nothing to be seen up to `cursor`. */
  readonly bytes: Uint8Array;
  /** The id up to which it goes. */
  readonly cursor: number;
  /** How many messages are in it. */
  readonly messages: number;
}

interface SharedBatch extends Batch {
  /** The accounts that private messages in it are for, or from: they see more than the others. */
  readonly insiders: ReadonlySet<number>;
}

/** What is gathered: after one id and up to another, both of the stretch, as far as it fits. */
interface Gathering {
  readonly after: number;
  readonly upTo: number;
  readonly maxBytes: number;
  readonly sees: (entry: Entry) => boolean;
}

/** Ids that one batch looks at, at most: where nothing can be seen, looking has an end too. */
const MAX_SCAN = 4_096;
/**
 * What readers at the same place share is so much of a response. The rest is for what one of them gets besides, so that they all go on at
 * the same place: were each to take as much as fits, nobody would share anything from the first full response on.
 */
const SHARED = 15 / 16;
/** What an entry costs beside its bytes, in memory; measured on Node 24. */
export const ENTRY_OVERHEAD = 200;

/** Encodes a message once, for all who will read it. */
export function toEntry(message: Message, encoder: LogEncoder): Entry {
  const { id, senderId, recipientId } = message;
  return { id, senderId, recipientId, bytes: encoder.event({ kind: "message", message }) };
}

/**
 * A stretch of the log whose ids follow one another, in memory: a page, or the timeline. Readers at the same place of it that
 * may see the same get the same bytes.
 */
export abstract class Segment {
  readonly #encoder: LogEncoder;
  readonly #maxBytes: number;
  readonly #maxShared: number;
  readonly #shared = new Map<number, SharedBatch>();

  /**
   * `maxBytes`: how long a response may be, unless one event alone is longer. `maxShared`: how many batches are remembered for
   * readers at the same place.
   */
  constructor(encoder: LogEncoder, maxBytes: number, maxShared: number) {
    this.#encoder = encoder;
    this.#maxBytes = maxBytes;
    this.#maxShared = maxShared;
  }

  /** The id of the first entry; one more than `lastId` where there is none. */
  abstract readonly firstId: number;
  /** The id of the last entry. */
  abstract readonly lastId: number;
  /** The entry of an id from `firstId` to `lastId`. */
  protected abstract entry(id: number): Entry;

  /**
   * What an account may see after `after`, as one response of at most `maxBytes`. `after + 1` must be in the stretch. `maxBytes`
   * is for a reader that has something else to put into its response.
   */
  take(after: number, accountId: number, maxBytes = this.#maxBytes): Batch {
    const shared = this.#share(after);
    if (!shared.insiders.has(accountId) && shared.bytes.length + TRAILER_BYTES <= maxBytes) return shared;
    return this.#gather({ after, upTo: shared.cursor, maxBytes, sees: (entry) => maySee(accountId, entry) });
  }

  #share(after: number): SharedBatch {
    const known = this.#shared.get(after);
    if (known !== undefined) return known;
    const insiders = new Set<number>();
    const sees = (entry: Entry) => {
      if (isPublic(entry)) return true;
      insiders.add(entry.senderId).add(entry.recipientId);
      return false;
    };
    const upTo = Math.min(this.lastId, after + MAX_SCAN);
    const batch = this.#gather({ after, upTo, maxBytes: this.#maxBytes * SHARED, sees });
    const shared = { ...batch, insiders };
    this.#remember(after, shared);
    return shared;
  }

  /** What was remembered goes no longer as far as it could: there are more entries. */
  protected dropShared(): void {
    this.#shared.clear();
  }

  #remember(after: number, batch: SharedBatch): void {
    const oldest = this.#shared.size >= this.#maxShared ? this.#shared.keys().next().value : undefined;
    if (oldest !== undefined) this.#shared.delete(oldest);
    this.#shared.set(after, batch);
  }

  #gather({ after, upTo, maxBytes, sees }: Gathering): Batch {
    const fields: Uint8Array[] = [];
    let bytes = TRAILER_BYTES;
    let cursor = after;
    while (cursor < upTo) {
      const entry = this.entry(cursor + 1);
      if (sees(entry)) {
        bytes += entry.bytes.length;
        if (bytes > maxBytes && fields.length > 0) break;
        fields.push(entry.bytes);
      }
      cursor += 1;
    }
    const messages = fields.length;
    if (messages === 0) return { bytes: NOTHING, cursor, messages };
    fields.push(this.#encoder.cursor(cursor));
    return { bytes: Buffer.concat(fields), cursor, messages };
  }
}

/** What may stand behind the messages of a response: a cursor, and a `caught_up` with the longest `request_id`. */
const TRAILER_BYTES = 100;
const NOTHING = new Uint8Array(0);
