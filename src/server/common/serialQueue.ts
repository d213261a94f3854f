/**
 * Runs async jobs one after the other, in the order of the calls. A job that fails does not stop the next ones.
 */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  #length = 0;

  /** Jobs that are queued or running. */
  get length(): number {
    return this.#length;
  }

  /** Runs a job when those before it have ended; resolves with its result, or rejects as it does. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    this.#length += 1;
    const result = this.#last.then(job);
    this.#last = result.catch(() => {});
    try {
      return await result;
    } finally {
      this.#length -= 1;
    }
  }
}
