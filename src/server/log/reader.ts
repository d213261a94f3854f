import type { LogEvent } from "./events.ts";
import type { LogReplica } from "./logReplica.ts";
import type { ReadPosition } from "./segment.ts";

/** Where a reader begins. */
export interface ReaderStart {
  /** The first entry that is delivered is after this cursor. */
  readonly after: number;
  /** Whether a gap is delivered first, because the client's cursor is not one of this log. */
  readonly gap: boolean;
  /**
   * Edits and deletions with ids up to this one are not delivered. A client without earlier messages does not need
   * them: every message that it gets has them already.
   */
  readonly changesAfter: number;
}

/** The next part of a response from a reader: bytes, which may be empty, and an event that follows them. */
export interface Portion {
  readonly bytes: Uint8Array;
  /** The number of entries in `bytes`: messages, edits and deletions. */
  readonly messages: number;
  /** The cursor that the response must carry; 0 if `bytes` has one. */
  readonly cursor: number;
  readonly event: LogEvent | undefined;
}

/**
 * A cursor that goes forward through the log: the reader has taken everything up to its cursor that its account may
 * see. Live streams, streams that resume and slow streams all use this class.
 *
 * A reader *replays* until it has reached the head that the log had at the join (`#target`). It then delivers
 * `caught-up` once, and is *live* from then on.
 */
export class Reader implements ReadPosition {
  readonly accountId: number;
  readonly changesAfter: number;
  readonly #log: LogReplica;
  readonly #target: number;
  #cursor: number;
  #toldUpTo: number;
  #live = false;
  #gap: boolean;

  constructor(log: LogReplica, accountId: number, start: ReaderStart) {
    this.#log = log;
    this.accountId = accountId;
    this.changesAfter = start.changesAfter;
    this.#target = log.headId;
    this.#cursor = start.after;
    this.#toldUpTo = start.after;
    this.#gap = start.gap;
  }

  /** The id up to which everything has been taken. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Whether the replay is over. */
  get live(): boolean {
    return this.#live;
  }

  /** Whether there are entries to take or to pass, or an event to deliver. */
  get behind(): boolean {
    return this.#gap || !this.#live || this.#cursor < this.#log.headId;
  }

  /** Whether the reader goes through pages of the store, and not through the timeline. */
  get onPages(): boolean {
    return this.#cursor + 1 < this.#log.timeline.firstId;
  }

  /**
   * Takes the next portion, with at most `maxBytes` if given (see `ChunkBuilder.take`). `undefined` if there is none.
   * If `onPages` is true then, the page with the entry `cursor + 1` must be loaded first.
   */
  take(maxBytes?: number): Portion | undefined {
    if (this.#gap || this.#cursor < this.#log.oldestId - 1) return this.#takeGap();
    while (this.#cursor < this.#log.headId) {
      const chunk = this.#log.take(this, maxBytes);
      if (chunk === undefined) return undefined;
      this.#cursor = chunk.cursor;
      if (chunk.bytes.length === 0 && this.#cursor < this.#log.headId) continue;
      const event = this.#caughtUp();
      if (chunk.bytes.length === 0 && event === undefined) return undefined;
      this.#toldUpTo = this.#cursor;
      const { bytes, messages } = chunk;
      return { bytes, messages, cursor: bytes.length > 0 ? 0 : this.#cursor, event };
    }
    const event = this.#caughtUp();
    if (event === undefined) return undefined;
    this.#toldUpTo = this.#cursor;
    return { bytes: NO_BYTES, messages: 0, cursor: this.#cursor, event };
  }

  /**
   * The cursor, if no portion has carried it to the client; from now on it counts as carried. 0 if the client has it.
   */
  untold(): number {
    if (this.#toldUpTo === this.#cursor) return 0;
    this.#toldUpTo = this.#cursor;
    return this.#cursor;
  }

  #takeGap(): Portion {
    const { oldestId } = this.#log;
    this.#gap = false;
    this.#cursor = oldestId - 1;
    this.#toldUpTo = this.#cursor;
    return { bytes: NO_BYTES, messages: 0, cursor: this.#cursor, event: { kind: "gap", oldestId } };
  }

  #caughtUp(): LogEvent | undefined {
    if (this.#live || this.#cursor < this.#target) return undefined;
    this.#live = true;
    return { kind: "caught-up", id: this.#cursor };
  }
}

const NO_BYTES = new Uint8Array(0);
