/** A place in the order of replies, for a command under way. */
export interface Slot {
  /** The reply, encoded; none where the command needs none. */
  settle(reply?: Uint8Array): void;
}

interface ReplySlot {
  settled: boolean;
  reply: Uint8Array | undefined;
}

/**
 * The replies to one stream's own commands: in the order of the commands, however long each takes, and few. While it is full the
 * stream reads no further command.
 */
export class ReplyQueue {
  readonly #max: number;
  readonly #ready: () => void;
  #slots: ReplySlot[] = [];
  #spaceWaiters: (() => void)[] = [];

  /** Holds up to `max`; `ready` is called when the first one in order has become ready, or none is left. */
  constructor(max: number, ready: () => void) {
    this.#max = max;
    this.#ready = ready;
  }

  /** Whether no reply is under way or waits. */
  get empty(): boolean {
    return this.#slots.length === 0;
  }

  /** Whether the first one in order can be taken. */
  get hasReady(): boolean {
    return this.#slots[0]?.settled === true;
  }

  /** Takes a place at the end. */
  open(): Slot {
    const place: ReplySlot = { settled: false, reply: undefined };
    this.#slots.push(place);
    return {
      settle: (reply) => {
        if (place.settled) return;
        place.settled = true;
        place.reply = reply;
        this.#skipSilent();
        if (this.hasReady || this.empty) this.#ready();
      },
    };
  }

  /** Resolves when there is room for one more. */
  async waitForSpace(): Promise<void> {
    if (this.#slots.length < this.#max) return;
    await new Promise<void>((resolve) => this.#spaceWaiters.push(resolve));
  }

  /** Takes those that are ready, in order, up to `maxBytes` but at least one. */
  take(maxBytes: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    for (const { settled, reply } of this.#slots) {
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
    this.#slots = [];
    this.#release();
  }

  #skipSilent(): void {
    const first = this.#slots.findIndex((place) => !place.settled || place.reply !== undefined);
    this.#drop(first < 0 ? this.#slots.length : first);
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#slots.splice(0, count);
    this.#release();
  }

  #release(): void {
    if (this.#spaceWaiters.length === 0 || this.#slots.length >= this.#max) return;
    const released = this.#spaceWaiters;
    this.#spaceWaiters = [];
    for (const resolve of released) resolve();
  }
}
