import type { Online, Roster, RosterChange, RosterChanges } from "../../presence/ports/roster.ts";

/** At least this many changes are kept. The presence feed polls them at least twice a second. */
const MIN_KEPT_CHANGES = 1_000;

/** Stores the online users, so that a restart takes no user offline. */
export interface OnlineRecord {
  /** The users who were online at the last save. */
  load(): Promise<readonly Online[]>;
  /** Saves the changes since the last save. If a save fails, the next one contains its changes too. */
  save(joined: readonly Online[], left: readonly number[]): Promise<void>;
}

/** The users online on a single node, in memory. */
export class MemoryRoster implements Roster {
  readonly #record: OnlineRecord | undefined;
  #expected: readonly Online[] = [];
  /** Unsaved changes by account; `undefined`: the user has left. */
  #unsaved = new Map<number, Online | undefined>();
  #saving: Promise<void> | undefined;
  readonly #byName = new Map<string, Online>();
  readonly #nameOf = new Map<number, string>();
  /** Sorted usernames. An insertion into 10,000 names takes some microseconds, and a page is a slice. */
  readonly #names: string[] = [];
  /** The last changes, oldest first. */
  #changes: RosterChange[] = [];
  /** The number of changes so far: the offset after the last change. */
  #offset = 0;

  /** Opens a roster with the users that a record has saved. */
  static async open(record: OnlineRecord): Promise<MemoryRoster> {
    const roster = new MemoryRoster(record);
    roster.#expected = await record.load();
    for (const user of roster.#expected) roster.#add(user);
    return roster;
  }

  constructor(record?: OnlineRecord) {
    this.#record = record;
  }

  async arrive(user: Online): Promise<boolean> {
    if (this.#byName.has(user.username)) return false;
    this.#add(user);
    this.#addChange({ username: user.username, online: true });
    this.#save(user.accountId, user);
    return true;
  }

  async expected(): Promise<readonly Online[]> {
    return this.#expected;
  }

  /** Resolves when the save in progress has ended, successful or not. */
  async saved(): Promise<void> {
    await this.#saving;
  }

  async leave(accountId: number): Promise<boolean> {
    const username = this.#nameOf.get(accountId);
    if (username === undefined) return false;
    this.#nameOf.delete(accountId);
    this.#byName.delete(username);
    this.#names.splice(this.#indexOf(username), 1);
    this.#addChange({ username, online: false });
    this.#save(accountId, undefined);
    return true;
  }

  async find(username: string): Promise<Online | undefined> {
    return this.#byName.get(username);
  }

  async page(after: string, size: number): Promise<{ users: Online[]; total: number }> {
    let start = this.#indexOf(after);
    if (this.#names[start] === after) start += 1;
    const users = this.#names.slice(start, start + size).map((name) => this.#byName.get(name) as Online);
    return { users, total: this.#names.length };
  }

  async changes(since?: number): Promise<RosterChanges> {
    const offset = this.#offset;
    const missed = since === undefined ? Number.POSITIVE_INFINITY : offset - since;
    const isKept = missed >= 0 && missed <= this.#changes.length;
    return { changes: isKept ? this.#changes.slice(this.#changes.length - missed) : undefined, offset };
  }

  #add(user: Online): void {
    this.#byName.set(user.username, user);
    this.#nameOf.set(user.accountId, user.username);
    this.#names.splice(this.#indexOf(user.username), 0, user.username);
  }

  /** Saves in the background, because a join must succeed even if the disk is full. */
  #save(accountId: number, user: Online | undefined): void {
    if (this.#record === undefined) return;
    this.#unsaved.set(accountId, user);
    this.#saving ??= this.#saveAll(this.#record).finally(() => {
      this.#saving = undefined;
    });
  }

  /** Runs one save at a time. The next one saves the changes that happen in the meantime. */
  async #saveAll(record: OnlineRecord): Promise<void> {
    while (this.#unsaved.size > 0) {
      const changes = this.#unsaved;
      this.#unsaved = new Map();
      const joined = [...changes.values()].filter((user) => user !== undefined);
      const left = [...changes].flatMap(([accountId, user]) => (user === undefined ? accountId : []));
      try {
        await record.save(joined, left);
      } catch {
        // The next change saves these changes too.
        for (const [accountId, user] of changes) {
          if (!this.#unsaved.has(accountId)) this.#unsaved.set(accountId, user);
        }
        return;
      }
    }
  }

  #addChange(change: RosterChange): void {
    this.#changes.push(change);
    this.#offset += 1;
    // Trims rarely, because it moves all kept changes.
    if (this.#changes.length >= 2 * MIN_KEPT_CHANGES) this.#changes = this.#changes.slice(-MIN_KEPT_CHANGES);
  }

  /** The index of a name, or where to insert it. */
  #indexOf(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#names[middle] as string) < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
