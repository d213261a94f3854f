import type { Online, Roster, RosterChange, RosterChanges } from "../../presence/ports/roster.ts";

/** Changes that are kept for whoever asks for them, at least: twice a second is usual. */
const KEPT = 1_000;

/** Where it is written down who is online, so that a restart puts nobody offline. */
export interface OnlineRecord {
  /** Those who were online when it was written last. */
  load(): Promise<readonly Online[]>;
  /** Writes down who has come and gone since. May fail, and is then asked again, with what was to be written and more. */
  save(came: readonly Online[], gone: readonly number[]): Promise<void>;
}

/** Who is online where there is but one node. */
export class MemoryRoster implements Roster {
  readonly #record: OnlineRecord | undefined;
  #expected: readonly Online[] = [];
  /** Accounts that the record has yet to hear of: who has come, or (`undefined`) is gone. */
  #unsaved = new Map<number, Online | undefined>();
  #saving: Promise<void> | undefined;
  readonly #byName = new Map<string, Online>();
  readonly #nameOf = new Map<number, string>();
  /** In order of username. Inserting moves what is behind: 10,000 names cost some microseconds, and every page is a slice. */
  readonly #names: string[] = [];
  /** The last changes, the newest at the end. */
  #changes: RosterChange[] = [];
  /** How many changes there were: the place behind them all. */
  #place = 0;

  /** With a record it begins with those who were online when the server ended. */
  static async open(record: OnlineRecord): Promise<MemoryRoster> {
    const roster = new MemoryRoster(record);
    roster.#expected = await record.load();
    for (const who of roster.#expected) roster.#add(who);
    return roster;
  }

  constructor(record?: OnlineRecord) {
    this.#record = record;
  }

  async arrive(who: Online): Promise<boolean> {
    if (this.#byName.has(who.username)) return false;
    this.#add(who);
    this.#note({ username: who.username, online: true });
    this.#save(who.accountId, who);
    return true;
  }

  async expected(): Promise<readonly Online[]> {
    return this.#expected;
  }

  /** Resolves when the record has heard of everything, or cannot. */
  async saved(): Promise<void> {
    await this.#saving;
  }

  async leave(accountId: number): Promise<boolean> {
    const username = this.#nameOf.get(accountId);
    if (username === undefined) return false;
    this.#nameOf.delete(accountId);
    this.#byName.delete(username);
    this.#names.splice(this.#placeOf(username), 1);
    this.#note({ username, online: false });
    this.#save(accountId, undefined);
    return true;
  }

  async find(username: string): Promise<Online | undefined> {
    return this.#byName.get(username);
  }

  async page(after: string, size: number): Promise<{ users: Online[]; total: number }> {
    let start = this.#placeOf(after);
    if (this.#names[start] === after) start += 1;
    const users = this.#names.slice(start, start + size).map((name) => this.#byName.get(name) as Online);
    return { users, total: this.#names.length };
  }

  async changes(since?: number): Promise<RosterChanges> {
    const place = this.#place;
    const missed = since === undefined ? Number.POSITIVE_INFINITY : place - since;
    const isKept = missed >= 0 && missed <= this.#changes.length;
    return { changes: isKept ? this.#changes.slice(this.#changes.length - missed) : undefined, place };
  }

  #add(who: Online): void {
    this.#byName.set(who.username, who);
    this.#nameOf.set(who.accountId, who.username);
    this.#names.splice(this.#placeOf(who.username), 0, who.username);
  }

  /** Nobody waits for that: who comes in must not depend on a disk that is full. */
  #save(accountId: number, who: Online | undefined): void {
    if (this.#record === undefined) return;
    this.#unsaved.set(accountId, who);
    this.#saving ??= this.#saveAll(this.#record).finally(() => {
      this.#saving = undefined;
    });
  }

  /** One write under way, and what changes meanwhile is the next one. */
  async #saveAll(record: OnlineRecord): Promise<void> {
    while (this.#unsaved.size > 0) {
      const changes = this.#unsaved;
      this.#unsaved = new Map();
      const came = [...changes.values()].filter((who) => who !== undefined);
      const gone = [...changes].flatMap(([accountId, who]) => (who === undefined ? accountId : []));
      try {
        await record.save(came, gone);
      } catch {
        // The next one who comes or goes takes it along.
        for (const [accountId, who] of changes) {
          if (!this.#unsaved.has(accountId)) this.#unsaved.set(accountId, who);
        }
        return;
      }
    }
  }

  #note(change: RosterChange): void {
    this.#changes.push(change);
    this.#place += 1;
    // Not one by one: cutting moves all the others.
    if (this.#changes.length >= 2 * KEPT) this.#changes = this.#changes.slice(-KEPT);
  }

  /** Where a name is, or belongs. */
  #placeOf(name: string): number {
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
