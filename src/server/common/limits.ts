/** What the room allows. */
export interface Limits {
  /** How long a text may be, in bytes of UTF-8. */
  readonly maxTextBytes: number;
  /** Messages a second that a user may send in the long run, over all their streams. 0: no limit. */
  readonly messagesPerSecond: number;
  /** Messages that a user may send at once after a rest. 0: no limit. */
  readonly burst: number;
  /** The most that a join's `recent` gives. */
  readonly maxRecent: number;
}

/** What the log keeps: a message goes when either has had enough of it. */
export interface RetentionPolicy {
  /** How old a message may grow, in milliseconds. 0: as old as it likes. */
  readonly maxAgeMs: number;
  /** How many messages there may be. 0: as many as there are. */
  readonly maxMessages: number;
}

/** How long things take, in milliseconds. */
export interface Timings {
  /** How long a stream may go without a join. */
  readonly joinTimeoutMs: number;
  /** How long a user stays online after a stream that broke off. */
  readonly graceMs: number;
  /** How long those stay online who were so when the server ended, from its start on. */
  readonly startGraceMs: number;
  /** How long comings and goings are gathered. */
  readonly presenceWindowMs: number;
  /** How long messages that came too early wait for those before them, until the store is asked for these. */
  readonly holeTimeoutMs: number;
  /** How long the response under way may go untaken before the stream is reset. */
  readonly stallTimeoutMs: number;
  /** How often a reader's cursor is moved past what it may not see, at most. */
  readonly cursorIntervalMs: number;
  /** How long a session lasts. */
  readonly sessionLifetimeMs: number;
  /** How long a session lasts that is not used. */
  readonly sessionIdleMs: number;
  /** How often the store is asked which sessions of open streams have ended: a hint may be lost. */
  readonly sessionCheckIntervalMs: number;
  /** How long the clock must have been steady before anything is deleted for its age, or a jump of the clock is followed. */
  readonly clockWaitMs: number;
  /** The same where the clock lies, or has jumped, more than a day from where it should be. */
  readonly clockLongWaitMs: number;
  /** How often the log is looked at for what is not to be kept any longer. */
  readonly retentionIntervalMs: number;
  /** How long a drain waits for streams to end. The whole server has 10 s. */
  readonly drainTimeoutMs: number;
}

/** How much memory things take, in bytes unless they say otherwise. */
export interface Sizes {
  /** The timeline's entries. */
  readonly timelineBytes: number;
  /** The cache of pages. */
  readonly pageCacheBytes: number;
  /** Messages a page. */
  readonly pageMessages: number;
  /** A response, unless one event alone is larger. */
  readonly responseBytes: number;
  /** Replies of a stream that wait. */
  readonly maxReplies: number;
}

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

/** The limits where nothing else is said. */
export const DEFAULT_LIMITS: Limits = { maxTextBytes: 4_096, messagesPerSecond: 10, burst: 20, maxRecent: 1_000 };

/** Everything is kept where nothing else is said. */
export const DEFAULT_RETENTION: RetentionPolicy = { maxAgeMs: 0, maxMessages: 0 };

/** The timings where nothing else is said. */
export const DEFAULT_TIMINGS: Timings = {
  joinTimeoutMs: 30 * SECOND,
  graceMs: 10 * SECOND,
  // The longest wait of the client library is 10 s (src/client/backoff.ts), and it has yet to connect and to join.
  startGraceMs: 15 * SECOND,
  presenceWindowMs: 250,
  holeTimeoutMs: 20,
  stallTimeoutMs: 120 * SECOND,
  cursorIntervalMs: 30 * SECOND,
  sessionLifetimeMs: 30 * DAY,
  sessionIdleMs: 7 * DAY,
  // Looked at twice a second: so every stream of a session that has ended is gone within 5 s.
  sessionCheckIntervalMs: 4 * SECOND,
  clockWaitMs: HOUR,
  clockLongWaitMs: DAY,
  retentionIntervalMs: 10 * SECOND,
  drainTimeoutMs: 7 * SECOND,
};

/** The sizes where nothing else is said. */
export const DEFAULT_SIZES: Sizes = {
  timelineBytes: 8 * 1024 * 1024,
  pageCacheBytes: 16 * 1024 * 1024,
  pageMessages: 256,
  responseBytes: 64 * 1024,
  maxReplies: 64,
};
