import type { Join, Welcome } from "../gen/obrolan/v1/chat.ts";

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
  /**
   * If there is no cursor, or the server's log is not the cursor's (it was restored from a backup): begin with the last
   * so many messages, at most the server's `maxRecent`. Default without `resumeAfter`: 0. Default with `resumeAfter`:
   * everything that the other log has, after a `gap`.
   */
  recent?: number;
}

/** What of a `welcome` says where a stream begins. */
export type Opening = Pick<Welcome, "logId" | "headId"> & { readonly maxRecent: number };

/** What follows a `welcome`. */
export interface Joining {
  /** The join that misses nothing. */
  readonly join: Join;
  /** The log is another one than before. */
  readonly logChanged: boolean;
}

/** What a `gap` means. */
export interface GapMeaning {
  readonly cursor: Cursor;
  /** Messages that the application was to get cannot be had any more. */
  readonly missed: boolean;
}

/** Follows what the server says of cursors, and knows from it how to join again. */
export class ResumePoint {
  /** Undefined: another log is read from its beginning. */
  readonly #recent: number | undefined;
  #logId: string;
  #headId = 0n;
  #cursor: Cursor | undefined;
  /**
   * While the cursor is reckoned from a `welcome`: the head then. What came up to it is a favour; what comes after it
   * is owed.
   */
  #owedAfter: bigint | undefined;
  #replayedUpTo = 0n;

  constructor({ resumeAfter, logId = "", recent }: Start) {
    this.#recent = recent ?? (resumeAfter === undefined ? 0 : undefined);
    this.#logId = logId;
    if (resumeAfter !== undefined) this.#cursor = { logId, id: resumeAfter };
  }

  /** Where to resume; undefined: there was no `welcome` yet. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /**
   * Whether a message is part of a beginning (the recent messages, a log from its beginning), and not one that is new
   * or was missed.
   */
  isReplayed(id: bigint): boolean {
    return id <= this.#replayedUpTo;
  }

  /** A stream began. */
  welcome(opening: Opening): Joining {
    const { logId, headId } = opening;
    const logChanged = this.#logId !== "" && this.#logId !== logId;
    this.#logId = logId;
    this.#headId = headId;
    if (this.#cursor === undefined || (logChanged && this.#recent !== undefined)) {
      return { logChanged, join: this.#begin(opening) };
    }
    // A cursor whose log was not known belongs to the first log that it is used with.
    if (this.#cursor.logId === "") this.#cursor = { logId, id: this.#cursor.id };
    // Otherwise the cursor keeps its old log until the first one of the new log comes: the two are never mixed.
    return { logChanged, join: { resumeAfter: this.#cursor.id, logId: this.#cursor.logId, recent: 0 } };
  }

  /** The server has sent everything up to `id`. */
  reach(id: bigint): Cursor {
    this.#owedAfter = undefined;
    this.#cursor = { logId: this.#logId, id };
    return this.#cursor;
  }

  /** The replay begins at `oldestId`. */
  gap(oldestId: bigint): GapMeaning {
    const before = this.#cursor ?? { logId: this.#logId, id: 0n };
    const had = this.#owedAfter ?? before.id;
    const goesBack = before.logId !== this.#logId || oldestId - 1n < before.id;
    if (goesBack) this.#replayedUpTo = this.#headId;
    return { missed: !goesBack && oldestId - 1n > had, cursor: this.reach(oldestId - 1n) };
  }

  /**
   * Joins without a cursor. One is reckoned for the case that the connection is lost before the first one comes: as
   * many messages before the head as were asked for, so that everything after that head comes in any case.
   */
  #begin({ logId, headId, maxRecent }: Opening): Join {
    const recent = this.#recent ?? 0;
    const before = BigInt(Math.min(recent, maxRecent));
    this.#cursor = { logId, id: headId > before ? headId - before : 0n };
    this.#owedAfter = headId;
    this.#replayedUpTo = headId;
    return { logId: "", recent };
  }
}
