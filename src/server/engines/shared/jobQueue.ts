/** A job was refused because too many wait already. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
}

/** Runs at most `maxRunning` jobs at once, and queues at most `maxWaiting` more. */
export class JobQueue {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** How many jobs run, and how many wait. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** Runs a job when its turn comes. Throws `QueueFull` if too many wait. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#running < this.#maxRunning) this.#running += 1;
    else {
      if (this.#waiting.length >= this.#maxWaiting) throw new QueueFull(`${this.#waiting.length} jobs wait already`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await job();
    } finally {
      // The slot goes straight to the next job, so that no other job can take it in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
