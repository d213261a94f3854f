import type { PresenceChange } from "./events.ts";
import type { Roster, RosterChange } from "./ports/roster.ts";

/** Names in one event: past that, asking `List` is less work for everyone. */
const MAX_NAMES = 100;
/** Changes that are remembered for streams that take their time, at least; more are not looked through for one event either. */
const MAX_CHANGES = 4 * MAX_NAMES;

/** What several changes come to. True: has come; false: has gone. Undefined: too much to tell. */
type Merged = ReadonlyMap<string, boolean> | undefined;

/**
 * Comings and goings, taken from the roster and gathered for a short while, for streams to take. Like the log it has no queue for
 * anyone: a stream has a place in it, and one that is too far behind is told to ask anew. Nothing of it depends on hints: they only
 * make it look sooner.
 */
export class PresenceFeed {
  readonly #roster: Pick<Roster, "changes">;
  readonly #wait: number;
  readonly #ready: () => void;
  /** The place in the roster's changes up to which they have been taken. Undefined: it has not begun. */
  #rosterPlace: number | undefined;
  /** The last changes that were taken; the newest has number `#taken`. */
  #changes: RosterChange[] = [];
  #taken = 0;
  /** Up to this number they have been gathered. */
  #gathered = 0;
  /** Somebody's place is among what has yet to be gathered: for them it may come to something else than for the others. */
  #isJoined = false;
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #isStopped = false;
  readonly #merged = new Map<number, Merged>();

  /** Gathers for `wait` milliseconds, then calls `ready` where there is something to tell. */
  constructor(roster: Pick<Roster, "changes">, wait: number, ready: () => void) {
    this.#roster = roster;
    this.#wait = wait;
    this.#ready = ready;
  }

  /** Begins behind all that has changed so far. Throws `StoreUnavailable`. */
  async begin(): Promise<void> {
    this.#rosterPlace = (await this.#roster.changes()).place;
  }

  /** The place of a stream that has been told everything that was gathered. */
  get place(): number {
    return this.#gathered;
  }

  /** The place of a stream that joins: behind all that is known to have changed. */
  joinHere(): number {
    if (this.#taken > this.#gathered) this.#isJoined = true;
    return this.#taken;
  }

  /** The roster has changed, or may have. */
  note(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.take().then(() => this.#gather());
    }, this.#wait).unref();
  }

  /** Takes from the roster what has changed until now; where it is away, that is left for later. Never throws. */
  async take(): Promise<void> {
    // The answer under way may be older than what the caller wants. One more is enough for all who come meanwhile.
    if (this.#taking !== undefined) this.#next ??= this.#taking.then(() => this.#beginTaking());
    await (this.#next ?? this.#beginTaking());
  }

  /** What has changed since a place, but for oneself; `undefined`: nothing. */
  since(place: number, self: string): PresenceChange | undefined {
    if (place >= this.#gathered) return undefined;
    const changes = this.#mergedSince(place);
    if (changes === undefined) return RESET;
    const names = [...changes.keys()].filter((name) => name !== self);
    if (names.length === 0) return undefined;
    return {
      joined: names.filter((name) => changes.get(name)),
      left: names.filter((name) => !changes.get(name)),
      reset: false,
    };
  }

  /** Gathers no more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #beginTaking(): Promise<void> {
    this.#next = undefined;
    this.#taking = this.#takeOnce().finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async #takeOnce(): Promise<void> {
    try {
      const { changes, place } = await this.#roster.changes(this.#rosterPlace);
      this.#rosterPlace = place;
      if (changes !== undefined) this.#keep(changes);
      else this.#skip();
    } catch {
      // Its place stays as it is, and somebody looks again soon: the room does so by itself.
    }
  }

  #keep(changes: readonly RosterChange[]): void {
    for (const change of changes) this.#changes.push(change);
    this.#taken += changes.length;
    if (this.#changes.length > 2 * MAX_CHANGES) this.#changes = this.#changes.slice(-MAX_CHANGES);
  }

  /** Nobody can tell what has changed: every place there was is too far behind now. */
  #skip(): void {
    this.#changes = [];
    this.#taken += 1;
  }

  #gather(): void {
    if (this.#isStopped || this.#taken === this.#gathered) return;
    const before = this.#gathered;
    this.#gathered = this.#taken;
    this.#merged.clear();
    if (this.#isJoined || this.#mergedSince(before)?.size !== 0) this.#ready();
    this.#isJoined = false;
  }

  /** What has changed since a place, worked out once for all who are there. */
  #mergedSince(place: number): Merged {
    if (this.#merged.has(place)) return this.#merged.get(place);
    const merged = this.#merge(place);
    this.#merged.set(place, merged);
    return merged;
  }

  #merge(place: number): Merged {
    const missed = this.#gathered - place;
    const end = this.#changes.length - (this.#taken - this.#gathered);
    if (missed > end || missed > MAX_CHANGES) return undefined;
    const merged = new Map<string, boolean>();
    for (const { username, online } of this.#changes.slice(end - missed, end)) add(merged, username, online);
    return merged.size > MAX_NAMES ? undefined : merged;
  }
}

const RESET: PresenceChange = { joined: [], left: [], reset: true };

/** Somebody who has come and gone again, or gone and come, is as before: nothing to tell. */
function add(changes: Map<string, boolean>, username: string, online: boolean): void {
  const before = changes.get(username);
  if (before === undefined) changes.set(username, online);
  else if (before !== online) changes.delete(username);
}
