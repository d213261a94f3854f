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
  /** The message is in the log. `duplicate`: it was there before, under the same `requestId`. */
  | { readonly kind: "accepted"; readonly id: number; readonly sentAt: number; readonly duplicate: boolean }
  /** The sender has used the `requestId` for a message with another text or recipient; nothing was appended. */
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

/** The messages, at the end of the log, whose time lies ahead of the clock. */
export interface MessagesAhead {
  readonly firstId: number;
  readonly lastId: number;
  /** The time of the newest message; milliseconds since the epoch. */
  readonly latest: number;
}

/**
 * The log of messages, the single source of truth.
 *
 * Ids are dense and in commit order: a caller that sees an id sees all ids before it. `read` and `recent` never wait
 * for appends, nor appends for them. Any call may throw `StoreUnavailable`, and has then certainly changed nothing.
 * `state` is the exception: it may have stored a new `logId`, which the next call shows.
 */
export interface LogStore {
  /**
   * The id, the head and the oldest id of the log. Counts only messages that are durable. If the log ends before what
   * the caller has `seen` of it, it has regressed, for example because another copy of the store has taken over. Then
   * the log gets a new `logId`, durably, before this resolves.
   */
  state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState>;

  /**
   * Appends drafts in their order, in one durable commit: all of them or none. Resolves when the commit is on disk,
   * with one result for each draft, in the same order. A draft that repeats an earlier one of the batch is a duplicate
   * of it.
   *
   * `logId`: the log that the drafts are for. A store that can regress throws `StoreUnavailable` if its log has another
   * id by now.
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
   * The id of the oldest among the newest `count` messages that an account may see (`maySee`). If there are fewer than
   * `count`, the id of the oldest that the account may see; 0 if there are none.
   */
  recent(accountId: number, count: number): Promise<number>;

  /**
   * The message of a sender with a `requestId`, which is not empty. If there is none, a store that nodes share first
   * waits for the appends in flight, which may still add it, and throws `OutcomeUnknown` if that takes too long.
   */
  find(senderId: number, requestId: string): Promise<KnownMessage | undefined>;

  /**
   * Removes all messages before id `before` with their request ids, at most up to the head, in one durable commit.
   * `headId` stays, and no later message gets an earlier `sentAt` than a removed one. Appends may have to wait, so a
   * caller removes many messages in steps. May throw `OutcomeUnknown`.
   */
  truncate(before: number): Promise<void>;
}
