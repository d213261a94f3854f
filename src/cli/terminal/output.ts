import { once } from "node:events";
import type { Writable } from "node:stream";

/** A stream that may go away, as it does under `| head`: then what is written is dropped, and nobody crashes. */
export class Output {
  readonly #stream: Writable;
  readonly #gone = new AbortController();

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", () => this.#gone.abort());
    stream.on("close", () => this.#gone.abort());
  }

  /** Aborted when nobody reads any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Writes. Resolves when there is space for more. */
  async write(text: string): Promise<void> {
    const { signal } = this.#gone;
    if (signal.aborted || text === "" || this.#stream.write(text)) return;
    await once(this.#stream, "drain", { signal }).catch(() => undefined);
  }

  /** Resolves when everything has been written. */
  async flush(): Promise<void> {
    if (this.gone.aborted) return;
    await new Promise<void>((resolve) => {
      this.gone.addEventListener("abort", () => resolve());
      this.#stream.write("", () => resolve());
    });
  }
}
