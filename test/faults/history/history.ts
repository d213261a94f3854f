/*
 * What happened in a room, as its clients saw it, and nothing of how they talked to it. Ids and cursors are those of the contract,
 * times are milliseconds since the epoch.
 */

/** What was sent and what came, of one log, from its first message on. */
export interface History {
  readonly sends: readonly Send[];
  /** Those of one client in the order in which it opened them. */
  readonly streams: readonly Stream[];
  /** The id of the oldest message that the store still had in the end; 1: it has never forgotten one. */
  readonly oldestId: number;
  /** There were several servers: the head in a `welcome` may lie behind what another one had shown. Default: it may not. */
  readonly headMayLag?: boolean;
}

/** A command that a client gave, under a `request_id` of its own and with a text of its own, once or again until it was answered. */
export interface Send {
  readonly user: string;
  /** One of the user's clients. What a client gives is in the order of giving. */
  readonly client: string;
  readonly requestId: string;
  /** Empty: everyone. */
  readonly recipient: string;
  readonly text: string;
  /** Every answer that came, in order. None: what became of it is not known. */
  readonly answers: readonly Answer[];
}

/** What a client was told of its command. */
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

/** What came on a stream. */
export type Seen =
  | ({ readonly kind: "message" } & Message)
  | { readonly kind: "caughtUp"; readonly id: number }
  | { readonly kind: "gap"; readonly oldestId: number }
  /** Everything up to `id` has been sent. Where a response had events too, it stands behind them. */
  | { readonly kind: "cursor"; readonly id: number };

/** What a stream asked for. */
export interface Join {
  /** `undefined`: nothing but the last `recent` messages. */
  readonly resumeAfter: number | undefined;
  /** Empty: not compared. */
  readonly logId: string;
  readonly recent: number;
}

/** One stream, from its join to wherever it ended. */
export interface Stream {
  readonly user: string;
  /** A client's streams follow one another: each goes on where the one before ended. */
  readonly client: string;
  readonly join: Join;
  /** `undefined`: it ended before its `welcome`. */
  readonly welcome: { readonly logId: string; readonly headId: number } | undefined;
  /** In the order of coming. */
  readonly seen: readonly Seen[];
  /** The client has waited until nothing more was to come: it must have everything that its user may see. */
  readonly complete: boolean;
}

/** Whether a user may see a message. */
export function maySee(user: string, { sender, recipient }: Pick<Message, "sender" | "recipient">): boolean {
  return recipient === "" || recipient === user || sender === user;
}
