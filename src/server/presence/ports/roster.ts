/** A user who is online. */
export interface Online {
  readonly accountId: number;
  readonly username: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A user came online or went offline. */
export interface RosterChange {
  readonly username: string;
  readonly online: boolean;
}

/** Some of the roster's changes. */
export interface RosterChanges {
  /** In their order; `undefined` if the roster no longer has all of them, or if no offset was given. */
  readonly changes: RosterChange[] | undefined;
  /** The offset after them. */
  readonly offset: number;
}

/**
 * Who is online, over all nodes. A store may remove an account from the roster, for all nodes, when the account's last
 * session ends. So a node calls `arrive` again for each new session of an account. Any call may throw
 * `StoreUnavailable`.
 */
export interface Roster {
  /**
   * An account is online on this node. Resolves with whether the roster has changed: false if the account was online
   * before, on any node.
   */
  arrive(who: Online): Promise<boolean>;

  /**
   * An account is no longer online on this node. Resolves with whether the roster has changed: false if the account is
   * still online on another node, or was not online.
   */
  leave(accountId: number): Promise<boolean>;

  /**
   * The users who were online on this node when it ended, if the roster keeps them until the node calls `leave` for
   * those who do not come back. None if the roster itself removes them.
   */
  expected(): Promise<readonly Online[]>;

  /** The user with a name; `undefined` if not online. */
  find(username: string): Promise<Online | undefined>;

  /**
   * Up to `size` users whose names come after `after` (empty: from the first one), in order of name, and the number of
   * all users online.
   */
  page(after: string, size: number): Promise<{ users: Online[]; total: number }>;

  /** The changes since an offset; without an offset, only the offset after the newest change. */
  changes(since?: number): Promise<RosterChanges>;
}
