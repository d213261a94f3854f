import type { Online, Roster, RosterChange } from "../../room/ports/roster.ts";

/** Changes that are kept for whoever asks for them, at least: twice a second is usual. */
const KEPT = 1_000;

/** Who is online where there is but one node. */
export class MemoryRoster implements Roster {
  readonly #byName = new Map<string, Online>();
  readonly #nameOf = new Map<number, string>();
  /** In order of username. Inserting moves what is behind: 10,000 names cost some microseconds, and every page is a slice. */
  readonly #names: string[] = [];
  /** The last changes, the newest at the end. */
  #changes: RosterChange[] = [];
  /** How many changes there were: the place behind them all. */
  #place = 0;

  async arrive(who: Online): Promise<boolean> {
    if (this.#byName.has(who.username)) return false;
    this.#byName.set(who.username, who);
    this.#nameOf.set(who.accountId, who.username);
    this.#names.splice(this.#placeOf(who.username), 0, who.username);
    this.#note({ username: who.username, online: true });
    return true;
  }

  async leave(accountId: number): Promise<boolean> {
    const username = this.#nameOf.get(accountId);
    if (username === undefined) return false;
    this.#nameOf.delete(accountId);
    this.#byName.delete(username);
    this.#names.splice(this.#placeOf(username), 1);
    this.#note({ username, online: false });
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

  async changes(since?: number): Promise<{ changes: RosterChange[] | undefined; place: number }> {
    const place = this.#place;
    const missed = since === undefined ? Number.POSITIVE_INFINITY : place - since;
    const isKept = missed >= 0 && missed <= this.#changes.length;
    return { changes: isKept ? this.#changes.slice(this.#changes.length - missed) : undefined, place };
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
