import { coalesced } from "../common/coalesced.ts";
import type { Roster, RosterChange } from "./ports/roster.ts";
import type { PresenceChange } from "./presenceChange.ts";

/** The most names in one event. If more have changed, the stream is told to call `List`, which is cheaper. */
const MAX_NAMES = 100;
/** At least this many changes are kept for slow streams; a stream that has missed more is told to call `List`. */
const MIN_KEPT_CHANGES = 4 * MAX_NAMES;

/**
 * The net effect of several changes: for each username, whether that user has come online (true) or gone offline.
 * `undefined`: too many to list.
 */
type Merged = ReadonlyMap<string, boolean> | undefined;

/**
 * The change feed: collects the changes of the roster for a short window, then publishes them for the streams to take.
 * Like the log, the feed has no queue for each stream: a stream has an offset, and a stream that is too far behind is
 * told to call `List`. A lost notification loses no change: notifications only make the feed poll sooner.
 */
export class PresenceFeed {
  readonly #roster: Pick<Roster, "changes">;
  readonly #windowMs: number;
  readonly #onPublished: () => void;
  readonly #poll = coalesced(() => this.#pollOnce());
  /** The offset, in the changes of the roster, after the last polled change; `undefined` before `begin`. */
  #rosterOffset: number | undefined;
  /** The newest changes. Offsets of the feed count changes; the one after the last of these is `#polledTo`. */
  #changes: RosterChange[] = [];
  #polledTo = 0;
  /** Streams may take the changes up to this offset. */
  #publishedTo = 0;
  /**
   * Whether a stream has joined during this window, after some of the changes. That stream takes only the later ones,
   * whose net effect may differ from that of all.
   */
  #hasJoinInWindow = false;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** By offset: the net effect of the published changes since then, for all streams at that offset. */
  readonly #merged = new Map<number, Merged>();

  /** Collects changes for `windowMs`, then calls `onPublished` if streams have something to take. */
  constructor(roster: Pick<Roster, "changes">, windowMs: number, onPublished: () => void) {
    this.#roster = roster;
    this.#windowMs = windowMs;
    this.#onPublished = onPublished;
  }

  /** Starts after the newest change of the roster. Throws `StoreUnavailable`. */
  async begin(): Promise<void> {
    this.#rosterOffset = (await this.#roster.changes()).offset;
  }

  /** The offset of a stream that has taken everything that was published. */
  get offset(): number {
    return this.#publishedTo;
  }

  /** The offset of a stream that joins now: after every change that was polled. */
  offsetAtJoin(): number {
    if (this.#polledTo > this.#publishedTo) this.#hasJoinInWindow = true;
    return this.#polledTo;
  }

  /** The roster has changed, or may have: polls the roster at the end of the window, and publishes the changes. */
  markDirty(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.poll().then(() => this.#publish());
    }, this.#windowMs).unref();
  }

  /**
   * Polls the roster for every change up to the call. If the roster is unavailable, the next poll gets these changes.
   * Never throws.
   */
  poll(): Promise<void> {
    return this.#poll();
  }

  /**
   * The net effect of the published changes since an offset, without the user `self`. `undefined`: nothing has changed.
   * A reset: there are too many changes to list.
   */
  since(offset: number, self: string): PresenceChange | undefined {
    if (offset >= this.#publishedTo) return undefined;
    const changes = this.#mergedSince(offset);
    if (changes === undefined) return RESET;
    const names = [...changes.keys()].filter((name) => name !== self);
    if (names.length === 0) return undefined;
    return {
      joined: names.filter((name) => changes.get(name)),
      left: names.filter((name) => !changes.get(name)),
      reset: false,
    };
  }

  /** Publishes nothing from now on. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #pollOnce(): Promise<void> {
    try {
      const { changes, offset } = await this.#roster.changes(this.#rosterOffset);
      this.#rosterOffset = offset;
      if (changes !== undefined) this.#add(changes);
      else this.#skip();
    } catch {
      // `#rosterOffset` stays, and the node's maintenance polls again soon.
    }
  }

  #add(changes: readonly RosterChange[]): void {
    for (const change of changes) this.#changes.push(change);
    this.#polledTo += changes.length;
    if (this.#changes.length > 2 * MIN_KEPT_CHANGES) this.#changes = this.#changes.slice(-MIN_KEPT_CHANGES);
  }

  /** The roster has discarded changes that were not polled, so every stream has to call `List`. */
  #skip(): void {
    this.#changes = [];
    this.#polledTo += 1;
  }

  #publish(): void {
    if (this.#isStopped || this.#polledTo === this.#publishedTo) return;
    const before = this.#publishedTo;
    this.#publishedTo = this.#polledTo;
    this.#merged.clear();
    if (this.#hasJoinInWindow || this.#mergedSince(before)?.size !== 0) this.#onPublished();
    this.#hasJoinInWindow = false;
  }

  #mergedSince(offset: number): Merged {
    if (this.#merged.has(offset)) return this.#merged.get(offset);
    const merged = this.#merge(offset);
    this.#merged.set(offset, merged);
    return merged;
  }

  #merge(offset: number): Merged {
    const missed = this.#publishedTo - offset;
    const end = this.#changes.length - (this.#polledTo - this.#publishedTo);
    if (missed > end || missed > MIN_KEPT_CHANGES) return undefined;
    const merged = new Map<string, boolean>();
    for (const { username, online } of this.#changes.slice(end - missed, end)) addChange(merged, username, online);
    return merged.size > MAX_NAMES ? undefined : merged;
  }
}

const RESET: PresenceChange = { joined: [], left: [], reset: true };

/** Adds a change. Removes a user who came and went, or went and came back: the net effect is none. */
function addChange(changes: Map<string, boolean>, username: string, online: boolean): void {
  const before = changes.get(username);
  if (before === undefined) changes.set(username, online);
  else if (before !== online) changes.delete(username);
}
