import type { Join, Welcome } from "../gen/obrolan/v1/chat.ts";

/** A position in a log: everything up to `id` was received. Keep both fields together. */
export interface Cursor {
  /** Empty: unknown, and not compared with the server's log. */
  readonly logId: string;
  readonly id: bigint;
}

/** Where a room begins. */
export interface Start {
  /** Begin after the message with this id; 0 is the beginning of the log. Default: see `recent`. */
  resumeAfter?: bigint;
  /** The log that `resumeAfter` belongs to. Default "": not compared. */
  logId?: string;
  /**
   * Begin with this many of the newest messages, at most the server's `maxRecent`. It applies without `resumeAfter`, or
   * if the server's log is not the one of `logId` (the server was restored from a backup). Default without
   * `resumeAfter`: 0. Default with `resumeAfter`: all messages of the other log, after a `gap`.
   */
  recent?: number;
}

/** The fields of a `welcome` that decide where a stream begins. */
export type WelcomeLog = Pick<Welcome, "logId" | "headId"> & { readonly maxRecent: number };

/** The join that answers a `welcome`. */
export interface JoinPlan {
  /** With this join, the stream misses no message. */
  readonly join: Join;
  /** The server's log is not the log of the previous stream or cursor. */
  readonly logChanged: boolean;
}

/** What a `gap` means for the application. */
export interface GapResult {
  readonly cursor: Cursor;
  /** The server has lost messages that the application should have received. */
  readonly missed: boolean;
}

/** Tracks the cursor, and decides how the next stream joins. */
export class ResumePoint {
  /** Undefined: a changed log is read from its beginning. */
  readonly #recent: number | undefined;
  #logId: string;
  #headId = 0n;
  #cursor: Cursor | undefined;
  /**
   * Set while the cursor is an estimate from a `welcome`: the head of that `welcome`. Messages up to it are optional
   * history; a message after it must not be missed.
   */
  #requiredAfter: bigint | undefined;
  #replayedUpTo = 0n;

  constructor({ resumeAfter, logId = "", recent }: Start) {
    this.#recent = recent ?? (resumeAfter === undefined ? 0 : undefined);
    this.#logId = logId;
    if (resumeAfter !== undefined) this.#cursor = { logId, id: resumeAfter };
  }

  /** Where the next stream resumes. Undefined before the first `welcome`, unless the application gave a cursor. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /**
   * Whether a message is history: one of the recent messages, or part of a log that is read from its beginning.
   * Messages that are new, or were missed while the connection was lost, are not.
   */
  isReplayed(id: bigint): boolean {
    return id <= this.#replayedUpTo;
  }

  /** A stream began. Returns how to join it. */
  welcome(log: WelcomeLog): JoinPlan {
    const { logId, headId } = log;
    const logChanged = this.#logId !== "" && this.#logId !== logId;
    this.#logId = logId;
    this.#headId = headId;
    if (this.#cursor === undefined || (logChanged && this.#recent !== undefined)) {
      return { logChanged, join: this.#joinRecent(log) };
    }
    // A cursor without a log belongs to the first log that it is used with.
    if (this.#cursor.logId === "") this.#cursor = { logId, id: this.#cursor.id };
    // A cursor keeps its log until the new log sends a cursor, so that an id never gets the wrong log.
    return { logChanged, join: { resumeAfter: this.#cursor.id, logId: this.#cursor.logId, recent: 0 } };
  }

  /** The server has sent everything up to `id`. Returns the new cursor. */
  advanceTo(id: bigint): Cursor {
    this.#requiredAfter = undefined;
    this.#cursor = { logId: this.#logId, id };
    return this.#cursor;
  }

  /** The server's replay begins at `oldestId`. */
  gap(oldestId: bigint): GapResult {
    const before = this.#cursor ?? { logId: this.#logId, id: 0n };
    const required = this.#requiredAfter ?? before.id;
    const goesBack = before.logId !== this.#logId || oldestId - 1n < before.id;
    if (goesBack) this.#replayedUpTo = this.#headId;
    return { missed: !goesBack && oldestId - 1n > required, cursor: this.advanceTo(oldestId - 1n) };
  }

  /**
   * Joins without a cursor. The connection may be lost before the server sends one, so the cursor is estimated: the
   * head minus `recent`. If the next stream resumes there, it misses nothing after that head.
   */
  #joinRecent({ logId, headId, maxRecent }: WelcomeLog): Join {
    const recent = this.#recent ?? 0;
    const before = BigInt(Math.min(recent, maxRecent));
    this.#cursor = { logId, id: headId > before ? headId - before : 0n };
    this.#requiredAfter = headId;
    this.#replayedUpTo = headId;
    return { logId: "", recent };
  }
}
