/** The position of one reply in the queue. */
export interface Slot {
  /** Puts in the encoded reply; `undefined` if the command needs none. Only the first call counts. */
  settle(reply?: Uint8Array): void;
}

interface ReplySlot {
  isSettled: boolean;
  reply: Uint8Array | undefined;
}

/**
 * The replies to the commands of one stream, in the order of the commands, however long each command takes. The queue
 * is bounded: while it is full, the stream reads no command.
 */
export class ReplyQueue {
  readonly #maxReplies: number;
  readonly #onReady: () => void;
  #slots: ReplySlot[] = [];
  #spaceWaiters: (() => void)[] = [];

  /** `onReady` is called when the first reply in order can be taken, and when the queue has become empty. */
  constructor(maxReplies: number, onReady: () => void) {
    this.#maxReplies = maxReplies;
    this.#onReady = onReady;
  }

  /** Whether the queue has no slots, neither settled nor unsettled ones. */
  get empty(): boolean {
    return this.#slots.length === 0;
  }

  /** Whether the first reply in order can be taken. */
  get hasReady(): boolean {
    return this.#slots[0]?.isSettled === true;
  }

  /** Adds a slot at the end. */
  open(): Slot {
    const slot: ReplySlot = { isSettled: false, reply: undefined };
    this.#slots.push(slot);
    return {
      settle: (reply) => {
        if (slot.isSettled) return;
        slot.isSettled = true;
        slot.reply = reply;
        this.#dropWithoutReply();
        if (this.hasReady || this.empty) this.#onReady();
      },
    };
  }

  /** Resolves when the queue has space for one more slot. */
  async waitForSpace(): Promise<void> {
    if (this.#slots.length < this.#maxReplies) return;
    await new Promise<void>((resolve) => this.#spaceWaiters.push(resolve));
  }

  /** Takes the replies that are ready, in order, up to `maxBytes`; one reply alone may be larger. */
  take(maxBytes: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    for (const { isSettled, reply } of this.#slots) {
      if (!isSettled) break;
      bytes += reply?.length ?? 0;
      if (bytes > maxBytes && taken.length > 0) break;
      if (reply !== undefined) taken.push(reply);
      count += 1;
    }
    this.#drop(count);
    return taken;
  }

  /** Drops all slots. Replies that are settled later are dropped too. */
  clear(): void {
    this.#slots = [];
    this.#releaseWaiters();
  }

  /** Drops the slots at the front that are settled without a reply. */
  #dropWithoutReply(): void {
    const first = this.#slots.findIndex((slot) => !slot.isSettled || slot.reply !== undefined);
    this.#drop(first < 0 ? this.#slots.length : first);
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#slots.splice(0, count);
    this.#releaseWaiters();
  }

  #releaseWaiters(): void {
    if (this.#spaceWaiters.length === 0 || this.#slots.length >= this.#maxReplies) return;
    const waiters = this.#spaceWaiters;
    this.#spaceWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
