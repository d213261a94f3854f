import type { LogEvent } from "./events.ts";
import type { LogReplica } from "./logReplica.ts";

/** What a reader delivers next: bytes of a response, which may be empty, and an event that follows them. */
export interface Portion {
  readonly bytes: Uint8Array;
  /** The number of messages in `bytes`. */
  readonly messages: number;
  /** The cursor that the response must carry; 0 if `bytes` has one. */
  readonly cursor: number;
  readonly event: LogEvent | undefined;
}

/**
 * A cursor in the log that moves forward: the reader has taken everything up to it that its account may see. Live
 * streams, streams that resume and slow streams all use the same reader.
 *
 * A reader *replays* until it has passed the head at its join (`target`), reports that once, and is *live* from then
 * on.
 */
export class Reader {
  readonly accountId: number;
  readonly #log: LogReplica;
  readonly #target: number;
  #cursor: number;
  #toldUpTo: number;
  #live = false;
  #gap: boolean;

  /** A reader whose cursor is `after`. `gap`: the client asked for messages that can no longer be delivered. */
  constructor(log: LogReplica, accountId: number, start: { after: number; gap: boolean }) {
    this.#log = log;
    this.accountId = accountId;
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

  /** Whether there are messages to take or to pass, or an event to deliver. */
  get behind(): boolean {
    return this.#gap || !this.#live || this.#cursor < this.#log.headId;
  }

  /** Whether the reader goes through pages of the store, and not through the timeline. */
  get onPages(): boolean {
    return this.#cursor + 1 < this.#log.timeline.firstId;
  }

  /**
   * Takes the next portion, of at most `maxBytes` if given. `undefined` if there is none: if `onPages` is true then,
   * the page with `cursor + 1` must be loaded first.
   */
  take(maxBytes?: number): Portion | undefined {
    if (this.#gap || this.#cursor < this.#log.oldestId - 1) return this.#takeGap();
    while (this.#cursor < this.#log.headId) {
      const batch = this.#log.take(this, maxBytes);
      if (batch === undefined) return undefined;
      this.#cursor = batch.cursor;
      if (batch.bytes.length === 0 && this.#cursor < this.#log.headId) continue;
      const event = this.#caughtUp();
      if (batch.bytes.length === 0 && event === undefined) return undefined;
      this.#toldUpTo = this.#cursor;
      const { bytes, messages } = batch;
      return { bytes, messages, cursor: bytes.length > 0 ? 0 : this.#cursor, event };
    }
    const event = this.#caughtUp();
    if (event === undefined) return undefined;
    this.#toldUpTo = this.#cursor;
    return { bytes: NO_BYTES, messages: 0, cursor: this.#cursor, event };
  }

  /**
   * The cursor, if the client has not been told of it yet; from then on it counts as told. 0 if the client knows it.
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
