import type { Message } from "../message.ts";

/** Something that another node may want to know soon. A hint: it may be lost, late or doubled. */
export type Notification =
  /** These messages were appended to the log; their ids are consecutive. */
  | { readonly kind: "appended"; readonly logId: string; readonly messages: readonly Message[] }
  /** The newest message of the log is `headId`. */
  | { readonly kind: "head-advanced"; readonly logId: string; readonly headId: number }
  /** The messages before `oldestId` were removed from the log. */
  | { readonly kind: "truncated"; readonly logId: string; readonly oldestId: number }
  /** Some user has come online or gone offline. */
  | { readonly kind: "presence" }
  /** Sessions were logged out. */
  | { readonly kind: "sessions-ended"; readonly sessionIds: readonly number[] };

/** Carries hints to every node of one log, the sender's own included. */
export interface Bus {
  /** From now on hints go to, and come from, the nodes of this log. Before the first call they reach the sender alone. */
  follow(logId: string): void;

  /** Tells every node. Never throws: the store is the truth. The sender's own handlers have run when it returns. */
  publish(hint: Notification): void;

  /** Calls `handler` for each hint, in the order of publishing on any one node. Returns what ends that. */
  subscribe(handler: (hint: Notification) => void): () => void;
}

/** Traffic of a bus between nodes since the start. Every number only grows; bytes are those of the notifications alone. */
export interface BusCounts {
  readonly published: number;
  readonly publishedBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** Notifications that were not sent: the bus was away, did not take what it had, or takes nothing that large. */
  readonly dropped: number;
  /** Received messages that are not notifications. */
  readonly unreadable: number;
}
