import type { Message } from "../message.ts";

/** A message that asks for its place in the log. */
export interface Draft {
  /** The session that sends it. When it has ended, the draft is not appended. */
  readonly sessionId: number;
  readonly senderId: number;
  readonly sender: string;
  /** 0: everyone. */
  readonly recipientId: number;
  readonly recipient: string;
  /** Empty: none. Unique for a sender among the messages that the log holds. */
  readonly requestId: string;
  readonly text: string;
  /** Milliseconds since the epoch. The message gets this time, or that of the one before it where that is later. */
  readonly at: number;
}

/** What became of a draft. */
export type AppendResult =
  | { readonly kind: "accepted"; readonly id: number; readonly sentAt: number; readonly duplicate: boolean }
  /** Another message of this sender has the `requestId`. */
  | { readonly kind: "reused" }
  /** The session has ended; nothing was appended. */
  | { readonly kind: "session-ended" };

/** A message that the log has under a `requestId`. */
export interface KnownMessage {
  readonly id: number;
  readonly sentAt: number;
  /** The username it was sent to; empty: everyone. */
  readonly recipient: string;
  readonly text: string;
}

/** Where a log begins and ends. */
export interface LogState {
  /** Made with the log, and anew whenever the log may have gone back. */
  readonly logId: string;
  /** The id of the newest message; 0: there never was one. */
  readonly headId: number;
  /** The id of the oldest message kept, or of the next one where there is none. */
  readonly oldestId: number;
}

/** Messages whose time lies ahead of the clock: they are the last ones of the log. */
export interface MessagesAhead {
  readonly firstId: number;
  readonly lastId: number;
  /** The time of the newest; milliseconds since the epoch. */
  readonly latest: number;
}

/**
 * The log of messages, which is the truth.
 *
 * Ids are dense and in commit order: whoever sees an id sees all before it. Reading never waits for an append and never
 * makes one wait. Any call may throw `StoreUnavailable`: it has then surely changed nothing.
 */
export interface LogStore {
  /**
   * Where the log begins and ends, as durable now. Where it ends before what the caller has `seen` of the same log, it has gone
   * back (another copy of the store has taken over): it is given a new `logId`, durably, before this resolves.
   */
  state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState>;

  /**
   * Appends drafts in their order, all in one durable commit or none of them; resolves when it is on disk, with what became
   * of each, in their order. One that repeats an earlier one of the same batch is its duplicate.
   *
   * `logId`: the log that it is for. A store that may go back throws `StoreUnavailable` where its log is another one by now.
   *
   * Calls are carried out one at a time, in the order of calling. Throws `OutcomeUnknown` where the batch may or may not be
   * in the log, now or a little later.
   */
  append(batch: readonly Draft[], logId?: string): Promise<AppendResult[]>;

  /** The messages from id `from` to id `to`, both included, in order of id; fewer where the log has fewer. */
  read(from: number, to: number): Promise<Message[]>;

  /** The id of the oldest of the last `count` messages that an account may see; of fewer where there are fewer; 0 for none. */
  recent(accountId: number, count: number): Promise<number>;

  /**
   * The message that a sender has in the log under a `requestId` (which is not empty). Appends that are under way are waited for; throws
   * `OutcomeUnknown` where that takes too long.
   */
  find(senderId: number, requestId: string): Promise<KnownMessage | undefined>;

  /**
   * Forgets all messages before id `before`, and the request ids with them, in one durable commit; at most up to the head. The
   * head stays where it is, and `sentAt` never falls behind that of a forgotten one. Appends may have to wait for it: whoever
   * forgets many does so in steps. May throw `OutcomeUnknown`.
   */
  truncate(before: number): Promise<void>;
}
