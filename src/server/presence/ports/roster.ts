/** Somebody who is online. */
export interface Online {
  readonly accountId: number;
  readonly username: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Somebody came online, or is online no longer. */
export interface RosterChange {
  readonly username: string;
  readonly online: boolean;
}

/**
 * Who is online, over all nodes. Where an account's last session has ended, its store may take it off by itself, for all nodes: a node
 * says of whoever comes with another session that they are here, also where it has said so before. Any call may throw
 * `StoreUnavailable`.
 */
export interface Roster {
  /** An account has come online on this node, or is here still. Resolves with whether it was online nowhere before. */
  arrive(who: Online): Promise<boolean>;

  /** An account is no longer online on this node. Resolves with whether it is online nowhere now. */
  leave(accountId: number): Promise<boolean>;

  /**
   * Those who were online on this node when it ended, and are on the roster still: it takes none of them off by itself.
   * The room lets those go who do not come back. None if the roster lets them go itself.
   */
  expected(): Promise<readonly Online[]>;

  /** The one of that name, if online. */
  find(username: string): Promise<Online | undefined>;

  /** Up to `size` of those whose names come after `after` (empty: from the first on), in order of username, and how many are online in all. */
  page(after: string, size: number): Promise<{ users: Online[]; total: number }>;

  /**
   * What has changed since a place in the roster's changes, in order, and the place behind it. `changes` is `undefined` where that
   * is too long ago to tell, and where no place is given.
   */
  changes(since?: number): Promise<{ changes: RosterChange[] | undefined; place: number }>;
}
