/** The limits for the users of a node. */
export interface Limits {
  /** The longest text, in bytes of UTF-8. */
  readonly maxTextBytes: number;
  /** Messages a second that a user may send in the long run, over all streams of the user. 0: no limit. */
  readonly messagesPerSecond: number;
  /** Messages that a user may send at once after a pause. 0: no limit. */
  readonly burst: number;
  /** The most messages that a join gets with `recent`. */
  readonly maxRecent: number;
}

/** Which messages the log keeps: a message is removed if it violates either bound. */
export interface RetentionPolicy {
  /** The greatest age of a message, in milliseconds. 0: no bound. */
  readonly maxAgeMs: number;
  /** The greatest number of messages. 0: no bound. */
  readonly maxMessages: number;
}

/** Timeouts, intervals and lifetimes, in milliseconds. */
export interface Timings {
  /** A stream must join within this time. */
  readonly joinTimeoutMs: number;
  /** How long a user stays online after a stream of the user broke off. */
  readonly graceMs: number;
  /** How long the users who were online when the server ended stay online after the server starts again. */
  readonly startGraceMs: number;
  /** How long changes of presence are collected for one event. */
  readonly presenceWindowMs: number;
  /** If a message arrives before an earlier one: how long to wait until the missing ones are read from the store. */
  readonly holeTimeoutMs: number;
  /** How long a client may leave a response unread before the stream is reset. */
  readonly stallTimeoutMs: number;
  /** The shortest time between two responses that only move the cursor, past messages that the user may not see. */
  readonly cursorIntervalMs: number;
  /** How long a session lasts. */
  readonly sessionLifetimeMs: number;
  /** How long a session lasts if it is not used. */
  readonly sessionIdleMs: number;
  /** How often a node asks the store which sessions of open streams have ended: a notification may be lost. */
  readonly sessionCheckIntervalMs: number;
  /** How long the clock must be steady before data is deleted for its age, or a jump of the clock is followed. */
  readonly clockWaitMs: number;
  /** The same if the clock is more than a day off the newest stored time, or has jumped by more than a day. */
  readonly clockLongWaitMs: number;
  /** How often a node looks for messages that the retention policy removes. */
  readonly retentionIntervalMs: number;
  /** How long a drain waits for streams to end. The server has 10 s for its whole stop. */
  readonly drainTimeoutMs: number;
}

/** Bounds of memory. */
export interface Sizes {
  /** The entries of the timeline, in bytes. */
  readonly timelineBytes: number;
  /** The cached pages of the log, in bytes. */
  readonly pageCacheBytes: number;
  /** The most messages in a page. */
  readonly pageMessages: number;
  /** A response, in bytes, unless one event alone is larger. */
  readonly responseBytes: number;
  /** The most replies of a stream that are not sent yet. */
  readonly maxReplies: number;
}

const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

export const DEFAULT_LIMITS: Limits = { maxTextBytes: 4_096, messagesPerSecond: 10, burst: 20, maxRecent: 1_000 };

/** Failed sign-ins for a name and address before further ones must wait. */
export const DEFAULT_LOGIN_FAILURES = 5;

/** By default all messages are kept. */
export const DEFAULT_RETENTION: RetentionPolicy = { maxAgeMs: 0, maxMessages: 0 };

export const DEFAULT_TIMINGS: Timings = {
  joinTimeoutMs: 30 * SECOND_MS,
  graceMs: 10 * SECOND_MS,
  // The client library waits at most 10 s between two attempts (src/client/backoff.ts), and then must connect and join.
  startGraceMs: 15 * SECOND_MS,
  presenceWindowMs: 250,
  holeTimeoutMs: 20,
  stallTimeoutMs: 120 * SECOND_MS,
  cursorIntervalMs: 30 * SECOND_MS,
  sessionLifetimeMs: 30 * DAY_MS,
  sessionIdleMs: 7 * DAY_MS,
  // Maintenance looks twice a second whether the check is due, so every stream of an ended session ends within 5 s.
  sessionCheckIntervalMs: 4 * SECOND_MS,
  clockWaitMs: HOUR_MS,
  clockLongWaitMs: DAY_MS,
  retentionIntervalMs: 10 * SECOND_MS,
  drainTimeoutMs: 7 * SECOND_MS,
};

export const DEFAULT_SIZES: Sizes = {
  timelineBytes: 8 * 1024 * 1024,
  pageCacheBytes: 16 * 1024 * 1024,
  pageMessages: 256,
  responseBytes: 64 * 1024,
  maxReplies: 64,
};
