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
  readonly maxAge: number;
  /** How many messages there may be. 0: as many as there are. */
  readonly maxMessages: number;
}

/** How long things take, in milliseconds. */
export interface Timings {
  /** How long a stream may go without a join. */
  readonly joinTimeout: number;
  /** How long a user stays online after a stream that broke off. */
  readonly grace: number;
  /** How long those stay online who were so when the server ended, from its start on. */
  readonly startGrace: number;
  /** How long comings and goings are gathered. */
  readonly presence: number;
  /** How long messages that came too early wait for those before them, until the store is asked for these. */
  readonly hole: number;
  /** How long the response under way may go untaken before the stream is reset. */
  readonly stall: number;
  /** How often a reader's cursor is moved past what it may not see, at most. */
  readonly cursor: number;
  /** How long a session lasts. */
  readonly sessionLifetime: number;
  /** How long a session lasts that is not used. */
  readonly sessionIdle: number;
  /** How often the store is asked which sessions of open streams have ended: a hint may be lost. */
  readonly sessionCheck: number;
  /** How long the clock must have been steady before anything is deleted for its age, or a jump of the clock is followed. */
  readonly clockWait: number;
  /** The same where the clock lies, or has jumped, more than a day from where it should be. */
  readonly clockLongWait: number;
  /** How often the log is looked at for what is not to be kept any longer. */
  readonly retention: number;
  /** How long a drain waits for streams to end. The whole server has 10 s. */
  readonly drain: number;
}

/** How much memory things take, in bytes unless they say otherwise. */
export interface Sizes {
  /** The timeline's entries. */
  readonly timeline: number;
  /** The cache of pages. */
  readonly pages: number;
  /** Messages a page. */
  readonly page: number;
  /** A response, unless one event alone is larger. */
  readonly response: number;
  /** Replies of a stream that wait. */
  readonly replies: number;
}

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

/** The limits where nothing else is said. */
export const LIMITS: Limits = { maxTextBytes: 4_096, messagesPerSecond: 10, burst: 20, maxRecent: 1_000 };

/** Everything is kept where nothing else is said. */
export const RETENTION: RetentionPolicy = { maxAge: 0, maxMessages: 0 };

/** The timings where nothing else is said. */
export const TIMINGS: Timings = {
  joinTimeout: 30 * SECOND,
  grace: 10 * SECOND,
  // The longest wait of the client library is 10 s (src/client/backoff.ts), and it has yet to connect and to join.
  startGrace: 15 * SECOND,
  presence: 250,
  hole: 20,
  stall: 120 * SECOND,
  cursor: 30 * SECOND,
  sessionLifetime: 30 * DAY,
  sessionIdle: 7 * DAY,
  // Looked at twice a second: so every stream of a session that has ended is gone within 5 s.
  sessionCheck: 4 * SECOND,
  clockWait: HOUR,
  clockLongWait: DAY,
  retention: 10 * SECOND,
  drain: 7 * SECOND,
};

/** The sizes where nothing else is said. */
export const SIZES: Sizes = {
  timeline: 8 * 1024 * 1024,
  pages: 16 * 1024 * 1024,
  page: 256,
  response: 64 * 1024,
  replies: 64,
};
