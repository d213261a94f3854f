/*
 * What the clients of one run saw, and nothing of how they talked to the server. Ids and cursors are those of the
 * contract. Times are milliseconds since the epoch.
 */

/** Everything that clients sent and received, of one log, from its first message on. */
export interface History {
  readonly sends: readonly Send[];
  /** The streams of one client are in the order in which it opened them. */
  readonly streams: readonly Stream[];
  /** The id of the oldest message that the store still has at the end. 1: it never removed one. */
  readonly oldestId: number;
  /**
   * There are several servers, so the head in a `welcome` may be lower than an id that another server has shown.
   * Default: false.
   */
  readonly headMayLag?: boolean;
  /** The run goes on: a client may still report messages and answers that others depend on. Default: false. */
  readonly isRunning?: boolean;
  /** What an earlier check of the same run verified and removed from `sends` and `streams`. */
  readonly verified?: Verified;
}

/** What a check keeps of the verified part of a history. */
export interface Verified {
  /** The newest verified messages, with ids that grow by one. */
  readonly log: readonly Message[];
  /** The id of the newest message of the part. */
  readonly upTo: number;
  /** By client: how many streams it had. */
  readonly streams: ReadonlyMap<string, number>;
  /** How many commands were accepted. */
  readonly accepted: number;
  /** How many messages the streams delivered. */
  readonly deliveries: number;
}

/** A command with a `request_id` and a text of its own. The client sends it again until it is answered. */
export interface Send {
  readonly user: string;
  /** One of the user's clients. The commands of a client are in the order in which it sent them. */
  readonly client: string;
  readonly requestId: string;
  /** Empty: everyone. */
  readonly recipient: string;
  readonly text: string;
  /** Every answer, in order. None: the outcome is not known. */
  readonly answers: readonly Answer[];
  /** The client may have hidden a rejection and sent the command again later, out of order. Default: false. */
  readonly mayBeRetried?: boolean;
}

/** The server's answer to a command. */
export type Answer =
  | { readonly kind: "accepted"; readonly id: number; readonly sentAt: number; readonly duplicate: boolean }
  | { readonly kind: "rejected"; readonly reason: string };

/** A message as a stream showed it. */
export interface Message {
  readonly id: number;
  readonly sender: string;
  /** Empty: everyone. */
  readonly recipient: string;
  readonly text: string;
  readonly sentAt: number;
}

/** An event of a stream. */
export type Seen =
  | ({ readonly kind: "message" } & Message)
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

/** Whether a user may see a message. */
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
