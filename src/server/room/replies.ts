/** A place in the order of replies, for a command under way. */
export interface Slot {
  /** The reply, encoded; none where the command needs none. */
  settle(reply?: Uint8Array): void;
}

interface Place {
  settled: boolean;
  reply: Uint8Array | undefined;
}

/**
 * The replies to one stream's own commands: in the order of the commands, however long each takes, and few. While it is full the
 * stream reads no further command.
 */
export class Replies {
  readonly #max: number;
  readonly #ready: () => void;
  #places: Place[] = [];
  #waiting: (() => void)[] = [];

  /** Holds up to `max`; `ready` is called when the first one in order has become ready, or none is left. */
  constructor(max: number, ready: () => void) {
    this.#max = max;
    this.#ready = ready;
  }

  /** Whether no reply is under way or waits. */
  get empty(): boolean {
    return this.#places.length === 0;
  }

  /** Whether the first one in order can be taken. */
  get waiting(): boolean {
    return this.#places[0]?.settled === true;
  }

  /** Takes a place at the end. */
  open(): Slot {
    const place: Place = { settled: false, reply: undefined };
    this.#places.push(place);
    return {
      settle: (reply) => {
        if (place.settled) return;
        place.settled = true;
        place.reply = reply;
        this.#skipSilent();
        if (this.waiting || this.empty) this.#ready();
      },
    };
  }

  /** Resolves when there is room for one more. */
  async room(): Promise<void> {
    if (this.#places.length < this.#max) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Takes those that are ready, in order, up to `maxBytes` but at least one. */
  take(maxBytes: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    for (const { settled, reply } of this.#places) {
      if (!settled) break;
      bytes += reply?.length ?? 0;
      if (bytes > maxBytes && taken.length > 0) break;
      if (reply !== undefined) taken.push(reply);
      count += 1;
    }
    this.#drop(count);
    return taken;
  }

  /** Lets go of everything: nobody takes it any more. */
  clear(): void {
    this.#places = [];
    this.#release();
  }

  #skipSilent(): void {
    const first = this.#places.findIndex((place) => !place.settled || place.reply !== undefined);
    this.#drop(first < 0 ? this.#places.length : first);
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#places.splice(0, count);
    this.#release();
  }

  #release(): void {
    if (this.#waiting.length === 0 || this.#places.length >= this.#max) return;
    const released = this.#waiting;
    this.#waiting = [];
    for (const resolve of released) resolve();
  }
}
