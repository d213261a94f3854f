import type { Roster, RosterChange } from "./ports/roster.ts";
import type { PresenceChange } from "./presenceChange.ts";

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
  readonly #windowMs: number;
  readonly #ready: () => void;
  /** The place in the roster's changes up to which they have been taken. Undefined: it has not begun. */
  #rosterOffset: number | undefined;
  /** The last changes that were taken; the newest has number `#taken`. */
  #changes: RosterChange[] = [];
  #polledTo = 0;
  /** Up to this number they have been gathered. */
  #publishedTo = 0;
  /** Somebody's place is among what has yet to be gathered: for them it may come to something else than for the others. */
  #hasJoinInWindow = false;
  #timer: NodeJS.Timeout | undefined;
  #pollInFlight: Promise<void> | undefined;
  #queuedPoll: Promise<void> | undefined;
  #isStopped = false;
  readonly #merged = new Map<number, Merged>();

  /** Gathers for `wait` milliseconds, then calls `ready` where there is something to tell. */
  constructor(roster: Pick<Roster, "changes">, wait: number, ready: () => void) {
    this.#roster = roster;
    this.#windowMs = wait;
    this.#ready = ready;
  }

  /** Begins behind all that has changed so far. Throws `StoreUnavailable`. */
  async begin(): Promise<void> {
    this.#rosterOffset = (await this.#roster.changes()).place;
  }

  /** The place of a stream that has been told everything that was gathered. */
  get offset(): number {
    return this.#publishedTo;
  }

  /** The place of a stream that joins: behind all that is known to have changed. */
  offsetAtJoin(): number {
    if (this.#polledTo > this.#publishedTo) this.#hasJoinInWindow = true;
    return this.#polledTo;
  }

  /** The roster has changed, or may have. */
  markDirty(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.poll().then(() => this.#publish());
    }, this.#windowMs).unref();
  }

  /** Takes from the roster what has changed until now; where it is away, that is left for later. Never throws. */
  async poll(): Promise<void> {
    // The answer under way may be older than what the caller wants. One more is enough for all who come meanwhile.
    if (this.#pollInFlight !== undefined) this.#queuedPoll ??= this.#pollInFlight.then(() => this.#beginPoll());
    await (this.#queuedPoll ?? this.#beginPoll());
  }

  /** What has changed since a place, but for oneself; `undefined`: nothing. */
  since(place: number, self: string): PresenceChange | undefined {
    if (place >= this.#publishedTo) return undefined;
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

  #beginPoll(): Promise<void> {
    this.#queuedPoll = undefined;
    this.#pollInFlight = this.#pollOnce().finally(() => {
      this.#pollInFlight = undefined;
    });
    return this.#pollInFlight;
  }

  async #pollOnce(): Promise<void> {
    try {
      const { changes, place } = await this.#roster.changes(this.#rosterOffset);
      this.#rosterOffset = place;
      if (changes !== undefined) this.#add(changes);
      else this.#skip();
    } catch {
      // Its place stays as it is, and somebody looks again soon: the room does so by itself.
    }
  }

  #add(changes: readonly RosterChange[]): void {
    for (const change of changes) this.#changes.push(change);
    this.#polledTo += changes.length;
    if (this.#changes.length > 2 * MAX_CHANGES) this.#changes = this.#changes.slice(-MAX_CHANGES);
  }

  /** Nobody can tell what has changed: every place there was is too far behind now. */
  #skip(): void {
    this.#changes = [];
    this.#polledTo += 1;
  }

  #publish(): void {
    if (this.#isStopped || this.#polledTo === this.#publishedTo) return;
    const before = this.#publishedTo;
    this.#publishedTo = this.#polledTo;
    this.#merged.clear();
    if (this.#hasJoinInWindow || this.#mergedSince(before)?.size !== 0) this.#ready();
    this.#hasJoinInWindow = false;
  }

  /** What has changed since a place, worked out once for all who are there. */
  #mergedSince(place: number): Merged {
    if (this.#merged.has(place)) return this.#merged.get(place);
    const merged = this.#merge(place);
    this.#merged.set(place, merged);
    return merged;
  }

  #merge(place: number): Merged {
    const missed = this.#publishedTo - place;
    const end = this.#changes.length - (this.#polledTo - this.#publishedTo);
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
