import type { LogEvent } from "./events.ts";
import type { LogReplica } from "./logReplica.ts";

/** What a reader has next: bytes of a response (none or more), and an event that belongs behind them. */
export interface Portion {
  readonly bytes: Uint8Array;
  /** How many messages are in them. */
  readonly messages: number;
  /** The cursor is for the response to carry, where `bytes` has none. 0: none. */
  readonly cursor: number;
  readonly event: LogEvent | undefined;
}

/**
 * A place in the log that moves on: everything up to its cursor that its account may see has been taken. It is the same thing for
 * a live stream, for one that resumes and for one that is slow.
 *
 * Its phases: it *replays* until it has passed the head of its join (`target`), tells so once, and is *live* from then on.
 */
export class Reader {
  readonly accountId: number;
  readonly #log: LogReplica;
  readonly #target: number;
  #cursor: number;
  #told: number;
  #live = false;
  #gap: boolean;

  /** A reader that has taken everything up to `after`. `gap`: that was not what was asked for. */
  constructor(log: LogReplica, accountId: number, start: { after: number; gap: boolean }) {
    this.#log = log;
    this.accountId = accountId;
    this.#target = log.headId;
    this.#cursor = start.after;
    this.#told = start.after;
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

  /** Whether there is something to take, or to look through, or to tell. */
  get behind(): boolean {
    return this.#gap || !this.#live || this.#cursor < this.#log.headId;
  }

  /** Whether it goes through pages of the store, and not the timeline. */
  get onPages(): boolean {
    return this.#cursor + 1 < this.#log.timeline.firstId;
  }

  /**
   * Takes what comes next, up to `maxBytes` where given. `undefined`: nothing now. Where `onPages` then is true, the page with
   * `cursor + 1` must be fetched first.
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
      this.#told = this.#cursor;
      const { bytes, messages } = batch;
      return { bytes, messages, cursor: bytes.length > 0 ? 0 : this.#cursor, event };
    }
    const event = this.#caughtUp();
    if (event === undefined) return undefined;
    this.#told = this.#cursor;
    return { bytes: NOTHING, messages: 0, cursor: this.#cursor, event };
  }

  /** The cursor, if the client has not been told that it has come so far; it counts as told then. 0: nothing to tell. */
  untold(): number {
    if (this.#told === this.#cursor) return 0;
    this.#told = this.#cursor;
    return this.#cursor;
  }

  #takeGap(): Portion {
    const { oldestId } = this.#log;
    this.#gap = false;
    this.#cursor = oldestId - 1;
    this.#told = this.#cursor;
    return { bytes: NOTHING, messages: 0, cursor: this.#cursor, event: { kind: "gap", oldestId } };
  }

  #caughtUp(): LogEvent | undefined {
    if (this.#live || this.#cursor < this.#target) return undefined;
    this.#live = true;
    return { kind: "caught-up", id: this.#cursor };
  }
}

const NOTHING = new Uint8Array(0);
