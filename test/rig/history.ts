/*
 * What the clients of one run saw, and nothing of how they talked to the server. Ids and cursors are those of the
 * contract. Times are milliseconds since the epoch.
 */

/** Everything that clients sent and received, of one log, from its first entry on. */
export interface History {
  readonly sends: readonly Send[];
  /** The streams of one client are in the order in which it opened them. */
  readonly streams: readonly Stream[];
  /** The id of the oldest entry that the store still has at the end. 1: it never removed one. */
  readonly oldestId: number;
  /**
   * There are several servers, so the head in a `welcome` may be lower than an id that another server has shown.
   * Default: false.
   */
  readonly headMayLag?: boolean;
  /** The run goes on: a client may still report entries and answers that others depend on. Default: false. */
  readonly isRunning?: boolean;
  /** What an earlier check of the same run verified and removed from `sends` and `streams`. */
  readonly verified?: Verified;
}

/** What a check keeps of the verified part of a history. */
export interface Verified {
  /** The newest verified entries, in the order of their ids. An erased one is left out if no client knows it. */
  readonly log: readonly Entry[];
  /** The id from which on `log` has every verified entry. */
  readonly from: number;
  /** The id of the newest entry of the part. */
  readonly upTo: number;
  /** By client: how many streams it had. */
  readonly streams: ReadonlyMap<string, number>;
  /** How many commands were accepted. */
  readonly accepted: number;
  /** How many entries the streams delivered. */
  readonly deliveries: number;
}

/**
 * A command with a `request_id`, which sends, edits or deletes a message. The client sends it again until it is
 * answered.
 */
export interface Send {
  /** The kind of the entry that it adds to the log. */
  readonly kind: Entry["kind"];
  readonly user: string;
  /** One of the user's clients. The commands of a client are in the order in which it sent them. */
  readonly client: string;
  readonly requestId: string;
  /** Of a message; empty: everyone. */
  readonly recipient: string;
  /** Of a message or an edit. No other command of the run has it. */
  readonly text: string;
  /** The message to edit or to delete; 0: the command sends a message. */
  readonly messageId: number;
  /** Every answer, in order. None: the outcome is not known. */
  readonly answers: readonly Answer[];
  /** The client may have hidden a rejection and sent the command again later, out of order. Default: false. */
  readonly mayBeRetried?: boolean;
}

/** The server's answer to a command. */
export type Answer =
  | { readonly kind: "accepted"; readonly id: number; readonly sentAt: number; readonly duplicate: boolean }
  | { readonly kind: "rejected"; readonly reason: string };

/** A message as a stream showed it: with the text that it had then. */
export interface Message {
  readonly kind: "message";
  readonly id: number;
  readonly sender: string;
  /** Empty: everyone. */
  readonly recipient: string;
  readonly text: string;
  readonly sentAt: number;
  /** The time of the edit with this text. 0: this is the text that was sent. */
  readonly editedAt: number;
}

/** An edit of a message. */
export interface Edited {
  readonly kind: "edited";
  readonly id: number;
  readonly messageId: number;
  readonly text: string;
  readonly editedAt: number;
}

/** A deletion of a message. */
export interface Deleted {
  readonly kind: "deleted";
  readonly id: number;
  readonly messageId: number;
  readonly deletedAt: number;
  readonly by: string;
}

/** An entry that changes an earlier message. */
export type Change = Edited | Deleted;
/** An entry of the log. */
export type Entry = Message | Change;

/** An event of a stream. */
export type Seen =
  | Entry
  | { readonly kind: "caughtUp"; readonly id: number }
  | { readonly kind: "gap"; readonly oldestId: number }
  /** The server has sent everything up to `id`. Follows the events of the same response. */
  | { readonly kind: "cursor"; readonly id: number };

/** What a stream asked for. */
export interface Join {
  /** `undefined`: nothing but the last `recent` messages. */
  readonly resumeAfter: number | undefined;
  /** Empty: the server does not compare it. */
  readonly logId: string;
  readonly recent: number;
}

/** One stream, from its join to its end. */
export interface Stream {
  readonly user: string;
  /** The streams of a client follow one another: each continues where the one before ended. */
  readonly client: string;
  readonly join: Join;
  /** `undefined`: the stream ended before its `welcome`. */
  readonly welcome: { readonly logId: string; readonly headId: number } | undefined;
  /** In the order of arrival. */
  readonly seen: readonly Seen[];
  /** The client waited until nothing more was to come, so it must have everything that its user may see. */
  readonly complete: boolean;
}

/** Whether an event shows an entry of the log. */
export function isEntry(seen: Seen): seen is Entry {
  return seen.kind === "message" || seen.kind === "edited" || seen.kind === "deleted";
}

/** The time of an entry. */
export function timeOf(entry: Entry): number {
  if (entry.kind === "message") return entry.sentAt;
  return entry.kind === "edited" ? entry.editedAt : entry.deletedAt;
}

/** Whether a user may see a message, and its edits and deletion. */
export function maySee(user: string, { sender, recipient }: Pick<Message, "sender" | "recipient">): boolean {
  return recipient === "" || recipient === user || sender === user;
}

/** `T` without `readonly`, at every depth. A map stays read-only. */
export type Mutable<T> =
  T extends ReadonlyMap<unknown, unknown>
    ? T
    : T extends readonly (infer Item)[]
      ? Mutable<Item>[]
      : T extends object
        ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
        : T;
