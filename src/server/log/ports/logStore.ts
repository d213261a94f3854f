import type { Message } from "../message.ts";

/** A message that is to be appended to the log. */
export interface Draft {
  /** The session that sends it. If it has ended, the draft is not appended. */
  readonly sessionId: number;
  readonly senderId: number;
  readonly sender: string;
  /** 0: everyone. */
  readonly recipientId: number;
  readonly recipient: string;
  /** Empty: none. Unique for a sender among the messages that the log holds. */
  readonly requestId: string;
  readonly text: string;
  /** Milliseconds since the epoch. The message gets this time, or that of the message before it if that is later. */
  readonly at: number;
}

/** The result of a draft. */
export type AppendResult =
  | { readonly kind: "accepted"; readonly id: number; readonly sentAt: number; readonly duplicate: boolean }
  /** Another message of this sender has the `requestId`. */
  | { readonly kind: "reused" }
  /** The session has ended; nothing was appended. */
  | { readonly kind: "session-ended" };

/** A message in the log that was found by its `requestId`. */
export interface KnownMessage {
  readonly id: number;
  readonly sentAt: number;
  /** The username it was sent to; empty: everyone. */
  readonly recipient: string;
  readonly text: string;
}

/** The id of a log, and where it begins and ends. */
export interface LogState {
  /** Created with the log, and replaced whenever the log may have regressed. */
  readonly logId: string;
  /** The id of the newest message; 0 if there never was one. */
  readonly headId: number;
  /** The id of the oldest message kept, or of the next message if none is kept. */
  readonly oldestId: number;
}

/** The messages at the end of the log whose time lies ahead of the clock. */
export interface MessagesAhead {
  readonly firstId: number;
  readonly lastId: number;
  /** The time of the newest; milliseconds since the epoch. */
  readonly latest: number;
}

/**
 * The log of messages, which is the truth.
 *
 * Ids are dense and in commit order: a caller that sees an id sees all ids before it. Reads and appends never wait for
 * each other. Any call may throw `StoreUnavailable`: it has then certainly changed nothing.
 */
export interface LogStore {
  /**
   * Where the log begins and ends, by what is durable. If the log ends before what the caller has `seen` of the
   * same log, it has regressed, because another copy of the store has taken over: it gets a new `logId`, durably,
   * before this resolves.
   */
  state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState>;

  /**
   * Appends drafts in their order, in one durable commit: all of them or none. Resolves when the commit is on disk,
   * with the result of each draft in their order. A draft that repeats an earlier one of the same batch is its
   * duplicate.
   *
   * `logId`: the log that the drafts are for. A store that can regress throws `StoreUnavailable` if its log is another
   * one by now.
   *
   * Calls run one at a time, in the order of calling. Throws `OutcomeUnknown` if the batch may be in the log, now or a
   * little later.
   */
  append(batch: readonly Draft[], logId?: string): Promise<AppendResult[]>;

  /**
   * The messages from id `from` to id `to`, both included, in order of id; those that the log does not have are left
   * out.
   */
  read(from: number, to: number): Promise<Message[]>;

  /**
   * The id of the oldest of the last `count` messages that an account may see (`maySee`), or of all if they are fewer;
   * 0 for none.
   */
  recent(accountId: number, count: number): Promise<number>;

  /**
   * The message of a sender with a `requestId`, which is not empty. Waits for the appends that are in flight; throws
   * `OutcomeUnknown` if that takes too long.
   */
  find(senderId: number, requestId: string): Promise<KnownMessage | undefined>;

  /**
   * Removes all messages before id `before` with their request ids, at most up to the head, in one durable commit. The
   * head stays, and `sentAt` never falls below that of a removed message. Appends may have to wait, so a caller removes
   * many messages in steps. May throw `OutcomeUnknown`.
   */
  truncate(before: number): Promise<void>;
}
