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
    const missed = this.#last - place;
    if (missed === 0) return undefined;
    if (missed > this.#kept.length) return RESET;
    const changes = new Map<string, boolean>();
    for (const kept of this.#kept.slice(this.#kept.length - missed)) {
      for (const [username, online] of kept) add(changes, username, online);
    }
    changes.delete(self);
    if (changes.size === 0) return undefined;
    if (changes.size > MAX_NAMES) return RESET;
    const names = [...changes.keys()];
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

  #flush(): void {
    this.#timer = undefined;
    if (this.#gathering.size === 0) return;
    this.#kept.push(this.#gathering);
    this.#gathering = new Map();
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    this.#last += 1;
    this.#ready();
  }
}

const RESET: PresenceChange = { joined: [], left: [], reset: true };

/** Somebody who has come and gone again, or gone and come, is as before: nothing to tell. */
function add(changes: Map<string, boolean>, username: string, online: boolean): void {
  const before = changes.get(username);
  if (before === undefined) changes.set(username, online);
  else if (before !== online) changes.delete(username);
}
