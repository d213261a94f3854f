import type { Join } from "../gen/obrolan/v1/chat.ts";

/** How far a reader has come, in which log. Keep both together. */
export interface Cursor {
  /** Empty: not known, and not compared. */
  readonly logId: string;
  readonly id: bigint;
}

/** Where to begin. */
export interface Start {
  /** Begin after this cursor; 0 is the very beginning. Default: see `recent`. */
  resumeAfter?: bigint;
  /** The log that `resumeAfter` belongs to. Default "": not compared. */
  logId?: string;
  /** Without `resumeAfter`: begin with the last so many messages. Default 0, at most the server's `maxRecent`. */
  recent?: number;
}

/** Follows what the server says of cursors, and knows from it how to join again. */
export class Place {
  readonly #recent: number;
  #cursor: Cursor | undefined;
  #logId: string;
  #welcomed = false;

  constructor(start: Start) {
    this.#recent = start.recent ?? 0;
    this.#logId = start.logId ?? "";
    if (start.resumeAfter !== undefined) this.#cursor = { logId: this.#logId, id: start.resumeAfter };
  }

  /** How far everything has come; undefined: there is no cursor yet. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** The join that misses nothing. */
  join(): Join {
    const cursor = this.#cursor;
    if (cursor === undefined) return { logId: "", recent: this.#recent };
    return { resumeAfter: cursor.id, logId: cursor.logId, recent: 0 };
  }

  /** A stream began. Returns whether its log is another one than before. */
  welcome(logId: string, headId: bigint): boolean {
    const changed = this.#logId !== "" && this.#logId !== logId;
    this.#logId = logId;
    // Joined for the live room only: the head at the first welcome is where it begins, should the connection be lost before the
    // first cursor.
    if (!this.#welcomed && this.#cursor === undefined && this.#recent === 0) this.#cursor = { logId, id: headId };
    this.#welcomed = true;
    return changed;
  }

  /** The server has sent everything up to `id`. 0: it says nothing. */
  reach(id: bigint): Cursor | undefined {
    // The old cursor keeps its old log until the first one of the new log comes: the two are never mixed.
    if (id !== 0n) this.#cursor = { logId: this.#logId, id };
    return this.#cursor;
  }

  /** What came before `oldestId` is gone. */
  gap(oldestId: bigint): Cursor {
    this.#cursor = { logId: this.#logId, id: oldestId - 1n };
    return this.#cursor;
  }
}
