import type { PresenceEvent } from "../../../client/index.ts";

/** Joins and leaves that follow each other within this time are shown together. */
const GATHER_MS = 2_000;

/** Calls a function after a time, in milliseconds. Returns a function that prevents it. */
export type Delay = (run: () => void, ms: number) => () => void;

const delayWithTimer: Delay = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Gathers joins and leaves. A user who leaves and comes back within two seconds, or the reverse, is not shown. */
export class PresenceGathering {
  readonly #show: (event: PresenceEvent) => void;
  readonly #delay: Delay;
  readonly #joined = new Set<string>();
  readonly #left = new Set<string>();
  #reset = false;
  /** Prevents the pending `#flush`. */
  #cancel: (() => void) | undefined;

  /** `show` takes what was gathered, as one event. */
  constructor(show: (event: PresenceEvent) => void, delay = delayWithTimer) {
    this.#show = show;
    this.#delay = delay;
  }

  /** Takes an event of the room. */
  add({ joined, left, reset }: PresenceEvent): void {
    for (const name of joined) if (!this.#left.delete(name)) this.#joined.add(name);
    for (const name of left) if (!this.#joined.delete(name)) this.#left.add(name);
    this.#reset ||= reset;
    this.#cancel ??= this.#delay(() => this.flush(), GATHER_MS);
  }

  /** Shows a join at once, because a message of the user follows. */
  beforeMessageOf(username: string): void {
    if (this.#joined.has(username)) this.flush();
  }

  /** Shows what was gathered. */
  flush(): void {
    const event = { joined: [...this.#joined], left: [...this.#left], reset: this.#reset };
    this.drop();
    if (event.joined.length + event.left.length > 0 || event.reset) this.#show({ kind: "presence", ...event });
  }

  /** Forgets what was gathered. */
  drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#joined.clear();
    this.#left.clear();
    this.#reset = false;
  }
}
