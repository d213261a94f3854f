import type { Message } from "../message.ts";

/** Tells the other nodes of a change. A notification may be lost, late or doubled: the store is the truth. */
export type Notification =
  /** These messages were appended to the log; their ids follow one another. */
  | { readonly kind: "appended"; readonly logId: string; readonly messages: readonly Message[] }
  /** The log has the message `headId`. */
  | { readonly kind: "head-advanced"; readonly logId: string; readonly headId: number }
  /** The messages before `oldestId` were removed from the log. */
  | { readonly kind: "truncated"; readonly logId: string; readonly oldestId: number }
  /** The roster has changed. */
  | { readonly kind: "presence" }
  /** Sessions were logged out. */
  | { readonly kind: "sessions-ended"; readonly sessionIds: readonly number[] };

/** Carries notifications to every node of one log, including the sender. */
export interface Bus {
  /** Connects to the nodes of a log, and to no others. Before the first call, notifications reach the sender alone. */
  follow(logId: string): void;

  /** Notifies every node. Never throws. The sender's own handlers have run when it returns. */
  publish(notification: Notification): void;

  /**
   * Calls `handler` for each notification, in the order of publishing for each node. Returns a function that ends this.
   */
  subscribe(handler: (notification: Notification) => void): () => void;
}

/**
 * Traffic of a bus between nodes since the start. Every number only grows; bytes are those of the notifications alone.
 */
export interface BusCounts {
  readonly published: number;
  readonly publishedBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** Notifications that were not sent: the bus was away or overloaded, or they were too large for it. */
  readonly dropped: number;
  /** Received messages that are not notifications. */
  readonly unreadable: number;
}
