import type { Entry, Message } from "../entry.ts";

interface DraftOfAnyKind {
  /** The session that sends it. If it has ended, the draft is not appended. */
  readonly sessionId: number;
  /** The account that sends it. */
  readonly senderId: number;
  readonly sender: string;
  /** Empty: none. Unique for a sender among the entries that the log holds. */
  readonly requestId: string;
  /** Milliseconds since the epoch. The entry gets this time, or that of the entry before it if that is later. */
  readonly at: number;
}

/** A message that is to be appended to the log. */
export interface MessageDraft extends DraftOfAnyKind {
  readonly kind: "message";
  /** 0: everyone. */
  readonly recipientId: number;
  readonly recipient: string;
  readonly text: string;
  /** The id of a message that the sender can see; 0: none. */
  readonly replyTo: number;
}

/** An edit that is to be appended to the log, and replaces the text of a message. */
export interface EditDraft extends DraftOfAnyKind {
  readonly kind: "edited";
  readonly messageId: number;
  readonly text: string;
}

/** A deletion that is to be appended to the log, and erases a message. */
export interface DeletionDraft extends DraftOfAnyKind {
  readonly kind: "deleted";
  readonly messageId: number;
}

/** An entry that is to be appended to the log. */
export type Draft = MessageDraft | EditDraft | DeletionDraft;

/** The content of a command, as the client wrote it: a `requestId` stands for one content. */
export type Content =
  | {
      readonly kind: "message";
      /** The username of the recipient; empty: everyone; `undefined`: not compared. */
      readonly recipient: string | undefined;
      readonly text: string;
      readonly replyTo: number;
    }
  | { readonly kind: "edited"; readonly messageId: number; readonly text: string }
  | { readonly kind: "deleted"; readonly messageId: number };

/** The result of a `requestId` that the log knows. */
export type KnownResult =
  /** The log has the entry already. `sentAt`: the time of the entry; milliseconds since the epoch. */
  | { readonly kind: "duplicate"; readonly id: number; readonly sentAt: number }
  /** The sender has used the `requestId` for another content. */
  | { readonly kind: "reused" };

/** The result of a draft. Nothing was appended unless it is `appended`. */
export type AppendResult =
  /** The entry is in the log. */
  | { readonly kind: "appended"; readonly entry: Entry }
  | KnownResult
  /** The session has ended. */
  | { readonly kind: "session-ended" }
  /** The sender can see no message with the id that the draft names. */
  | { readonly kind: "message-unknown" }
  /** The message that the draft changes is that of another account. */
  | { readonly kind: "not-the-sender" };

/** Which messages a page of the history has. */
export interface HistoryQuery {
  /** The account that asks: the page has only messages that it may see. */
  readonly accountId: number;
  /** The other account of a private conversation, or `accountId` for notes to oneself; `undefined`: everything. */
  readonly peerId: number | undefined;
  /** The page has only messages with smaller ids. */
  readonly beforeId: number;
  readonly maxMessages: number;
  /** The bound of the texts of a page, in bytes. A page has at least one message, if there is one. */
  readonly maxBytes: number;
}

/** A page of the history. */
export interface HistoryPage {
  /** In order of id. */
  readonly messages: readonly Message[];
  /** Whether the account may see older messages. */
  readonly hasOlder: boolean;
}

/** The id of a log, and where it begins and ends. */
export interface LogState {
  /** Created with the log, and replaced whenever the log may have regressed. */
  readonly logId: string;
  /** The id of the newest entry; 0 if there never was one. */
  readonly headId: number;
  /** The id of the oldest entry kept, or of the next entry if none is kept. */
  readonly oldestId: number;
}

/** The entries, at the end of the log, whose time lies ahead of the clock. */
export interface EntriesAhead {
  readonly firstId: number;
  readonly lastId: number;
  /** The time of the newest entry; milliseconds since the epoch. */
  readonly latest: number;
}

/**
 * The log of entries, the single source of truth.
 *
 * Ids are dense and in commit order: a caller that sees an id sees all ids before it. An edit or a deletion and the
 * message that it changes are one commit: no call returns the entry of a change and an older text of its message.
 * Reading calls never wait for appends, nor appends for them. Any call may throw `StoreUnavailable`, and has then
 * certainly changed nothing. `state` is the exception: it may have stored a new `logId`, which the next call shows.
 */
export interface LogStore {
  /**
   * The id, the head and the oldest id of the log. Counts only entries that are durable. If the log ends before what
   * the caller has `seen` of it, it has regressed, for example because another copy of the store has taken over. Then
   * the log gets a new `logId`, durably, before this resolves.
   */
  state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState>;

  /**
   * Appends drafts in their order, in one durable commit: all of them or none. Resolves when the commit is on disk,
   * with one result for each draft, in the same order. Each draft sees the drafts before it: one that repeats an earlier
   * one of the batch is a duplicate of it, and an edit behind a deletion of its message is `message-unknown`.
   *
   * The checks of a draft come in the order session, `requestId`, message.
   *
   * `logId`: the log that the drafts are for. A store that can regress throws `StoreUnavailable` if its log has another
   * id by now.
   *
   * Calls run one at a time, in the order of calling. Throws `OutcomeUnknown` if the batch may be in the log, now or a
   * little later.
   */
  append(batch: readonly Draft[], logId?: string): Promise<AppendResult[]>;

  /**
   * The entries from id `from` to id `to`, both included, in order of id; those that the log does not have are left
   * out. Every message is as it is now. Where a message, or an edit that is not the newest of its message, was erased,
   * the entry is an `Erased`.
   */
  read(from: number, to: number): Promise<Entry[]>;

  /**
   * The id of the oldest among the newest `count` messages that an account may see (`maySee`). If there are fewer than
   * `count`, the id of the oldest that the account may see; 0 if there are none.
   */
  recent(accountId: number, count: number): Promise<number>;

  /** The newest messages before an id that an account may see. Never scans what it does not return. */
  history(query: HistoryQuery): Promise<HistoryPage>;

  /**
   * The outcome of an earlier command of a sender with a `requestId`, which is not empty. `content`: that of the command
   * at hand. If the log does not know the `requestId`, a store that nodes share first waits for the appends in flight,
   * which may still add it, and throws `OutcomeUnknown` if that takes too long.
   */
  find(senderId: number, requestId: string, content: Content): Promise<KnownResult | undefined>;

  /**
   * Removes all entries before id `before` with their request ids, at most up to the head, in one durable commit.
   * `headId` stays, and no later entry gets an earlier time than a removed one. Appends may have to wait, so a
   * caller removes many entries in steps. May throw `OutcomeUnknown`.
   */
  truncate(before: number): Promise<void>;
}

/** The content of a draft. */
export function contentOf(draft: Draft): Content {
  switch (draft.kind) {
    case "message": {
      const { recipient, text, replyTo } = draft;
      return { kind: "message", recipient, text, replyTo };
    }
    case "edited":
      return { kind: "edited", messageId: draft.messageId, text: draft.text };
    case "deleted":
      return { kind: "deleted", messageId: draft.messageId };
  }
}

/** The message that a draft becomes. */
export function messageOf(draft: MessageDraft, id: number, sentAt: number): Message {
  const { senderId, sender, recipientId, recipient, text, replyTo } = draft;
  const unchanged = { editId: 0, editedAt: 0 };
  return { kind: "message", id, senderId, sender, recipientId, recipient, text, sentAt, replyTo, ...unchanged };
}
