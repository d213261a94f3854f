import type { Entry } from "../entry.ts";

/**
 * Tells every node of a change. A notification may be lost, delayed or duplicated: the store is the source of truth.
 */
export type Notification =
  /** These entries were appended to the log; their ids follow one another. */
  | { readonly kind: "appended"; readonly logId: string; readonly entries: readonly Entry[] }
  /** The log has grown, at least up to the entry `headId`. The entries are not in the notification. */
  | { readonly kind: "head-advanced"; readonly logId: string; readonly headId: number }
  /** The entries before `oldestId` were removed from the log. */
  | { readonly kind: "truncated"; readonly logId: string; readonly oldestId: number }
  /** The read marker of an account has moved to `upTo`. */
  | { readonly kind: "read"; readonly accountId: number; readonly upTo: number }
  /** The roster has changed. */
  | { readonly kind: "presence" }
  /** Sessions were logged out. */
  | { readonly kind: "sessions-ended"; readonly sessionIds: readonly number[] };

/** Carries notifications to every node of one log, including the sender. */
export interface Bus {
  /** Connects to the nodes of a log, and to no others. Before the first call, notifications reach only their sender. */
  follow(logId: string): void;

  /** Notifies every node. Never throws. The handlers of the sender have run when `publish` returns. */
  publish(notification: Notification): void;

  /**
   * Calls `handler` for each notification that arrives. Those of one sender normally arrive in the order in which the
   * sender published them. Returns a function that ends the subscription.
   */
  subscribe(handler: (notification: Notification) => void): () => void;
}

/**
 * Traffic of a bus between nodes since the start. Every number only grows. Bytes count the encoded notifications,
 * without the protocol around them.
 */
export interface BusCounts {
  readonly published: number;
  readonly publishedBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** Notifications that were not sent: the bus was unavailable or overloaded, or they were too large for it. */
  readonly dropped: number;
  /** Received messages that are not notifications. */
  readonly unreadable: number;
}
