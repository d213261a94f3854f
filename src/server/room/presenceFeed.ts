import type { PresenceChange } from "./events.ts";
import type { Roster, RosterChange } from "./ports/roster.ts";

/** Gatherings that are remembered for streams that take their time. */
const MAX_KEPT = 64;
/** Names in one event: past that, asking `List` is less work for everyone. */
const MAX_NAMES = 100;

/** True: has come; false: has gone. */
type Changes = ReadonlyMap<string, boolean>;

/** What has changed; `undefined`: too much to tell. */
type Gathering = Changes | undefined;

/**
 * Comings and goings, gathered for a short while and then taken from the roster, for streams to take. Like the log it has no queue
 * for anyone: a stream has a place in it, and one that is too far behind is told to ask anew. Nothing of it depends on hints: they
 * only make it look sooner.
 */
export class PresenceFeed {
  readonly #roster: Pick<Roster, "changes">;
  readonly #wait: number;
  readonly #ready: () => void;
  /** The place in the roster's changes up to which they have been taken. Undefined: it has not begun. */
  #taken: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isTaking = false;
  #isStopped = false;
  /** The last ones; the newest has number `#last`. */
  #kept: Gathering[] = [];
  #last = 0;
  readonly #merged = new Map<number, Gathering>();

  /** Gathers for `wait` milliseconds, then calls `ready` where there is something to tell. */
  constructor(roster: Pick<Roster, "changes">, wait: number, ready: () => void) {
    this.#roster = roster;
    this.#wait = wait;
    this.#ready = ready;
  }

  /** Begins behind all that has changed so far. Throws `StoreUnavailable`. */
  async begin(): Promise<void> {
    this.#taken = (await this.#roster.changes()).place;
  }

  /** The place of a stream that has been told everything. */
  get place(): number {
    return this.#last;
  }

  /** The roster has changed, or may have. */
  note(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // What is noted now may have come too late for the answer under way.
      if (this.#isTaking) this.note();
      else void this.#take();
    }, this.#wait).unref();
  }

  /** What has changed since a place, but for oneself; `undefined`: nothing. */
  since(place: number, self: string): PresenceChange | undefined {
    if (place === this.#last) return undefined;
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

  /** What has changed since a place, worked out once for all who are there. */
  #mergedSince(place: number): Gathering {
    if (this.#merged.has(place)) return this.#merged.get(place);
    const missed = this.#last - place;
    const kept = missed > this.#kept.length ? [undefined] : this.#kept.slice(this.#kept.length - missed);
    const changes = merge(kept);
    this.#merged.set(place, changes);
    return changes;
  }

  async #take(): Promise<void> {
    this.#isTaking = true;
    try {
      const { changes, place } = await this.#roster.changes(this.#taken);
      this.#taken = place;
      if (changes?.length !== 0) this.#keep(changes && gather(changes));
    } catch {
      // Its place stays as it is, and somebody notes something again soon: the room does so by itself.
    } finally {
      this.#isTaking = false;
    }
  }

  #keep(gathering: Gathering): void {
    if (this.#isStopped || gathering?.size === 0) return;
    this.#kept.push(gathering);
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    this.#last += 1;
    this.#merged.clear();
    this.#ready();
  }
}

const RESET: PresenceChange = { joined: [], left: [], reset: true };

/** What the roster's changes come to. */
function gather(changes: readonly RosterChange[]): Gathering {
  const gathering = new Map<string, boolean>();
  for (const { username, online } of changes) add(gathering, username, online);
  return gathering.size > MAX_NAMES ? undefined : gathering;
}

/** What several gatherings come to. */
function merge(gatherings: readonly Gathering[]): Gathering {
  const changes = new Map<string, boolean>();
  for (const gathering of gatherings) {
    if (gathering === undefined) return undefined;
    for (const [username, online] of gathering) add(changes, username, online);
  }
  return changes.size > MAX_NAMES ? undefined : changes;
}

/** Somebody who has come and gone again, or gone and come, is as before: nothing to tell. */
function add(changes: Map<string, boolean>, username: string, online: boolean): void {
  const before = changes.get(username);
  if (before === undefined) changes.set(username, online);
  else if (before !== online) changes.delete(username);
}
