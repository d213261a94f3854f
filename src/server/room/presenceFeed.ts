import type { PresenceChange } from "./events.ts";

/** Gatherings that are remembered for streams that take their time. */
const MAX_KEPT = 64;
/** Names in one event: past that, asking `List` is less work for everyone. */
const MAX_NAMES = 100;

/** True: has come; false: has gone. */
type Changes = ReadonlyMap<string, boolean>;

/**
 * Comings and goings, gathered for a short while, for streams to take. Like the log it has no queue for anyone: a stream has a
 * place in it, and one that is too far behind is told to ask anew.
 */
export class PresenceFeed {
  readonly #wait: number;
  readonly #ready: () => void;
  #gathering = new Map<string, boolean>();
  #timer: NodeJS.Timeout | undefined;
  /** The last ones; the newest has number `#last`. */
  #kept: Changes[] = [];
  #last = 0;
  readonly #merged = new Map<number, Changes | undefined>();

  /** Gathers for `wait` milliseconds, then calls `ready`. */
  constructor(wait: number, ready: () => void) {
    this.#wait = wait;
    this.#ready = ready;
  }

  /** The place of a stream that has been told everything. */
  get place(): number {
    return this.#last;
  }

  /** Somebody has come or gone. */
  note(username: string, online: boolean): void {
    add(this.#gathering, username, online);
    this.#timer ??= setTimeout(() => this.#flush(), this.#wait);
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
    clearTimeout(this.#timer);
  }

  /** What has changed since a place, worked out once for all who are there; `undefined`: too much to tell. */
  #mergedSince(place: number): Changes | undefined {
    if (this.#merged.has(place)) return this.#merged.get(place);
    const missed = this.#last - place;
    const kept = missed > this.#kept.length ? undefined : this.#kept.slice(this.#kept.length - missed);
    const changes = kept && merge(kept);
    this.#merged.set(place, changes);
    return changes;
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#gathering.size === 0) return;
    this.#kept.push(this.#gathering);
    this.#gathering = new Map();
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    this.#last += 1;
    this.#merged.clear();
    this.#ready();
  }
}

const RESET: PresenceChange = { joined: [], left: [], reset: true };

/** What several gatherings come to; `undefined`: too much to tell. */
function merge(gatherings: readonly Changes[]): Changes | undefined {
  const changes = new Map<string, boolean>();
  for (const gathering of gatherings) for (const [username, online] of gathering) add(changes, username, online);
  return changes.size > MAX_NAMES ? undefined : changes;
}

/** Somebody who has come and gone again, or gone and come, is as before: nothing to tell. */
function add(changes: Map<string, boolean>, username: string, online: boolean): void {
  const before = changes.get(username);
  if (before === undefined) changes.set(username, online);
  else if (before !== online) changes.delete(username);
}
