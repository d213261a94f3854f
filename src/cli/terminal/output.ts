import { once } from "node:events";
import type { Writable } from "node:stream";
import type { WriteStream } from "node:tty";

/** What a stream says when nobody reads it any more. */
const READER_GONE = ["EPIPE", "ECONNRESET"];

/**
 * A stream that may go away. Under `| head` nobody reads it any more, which is no failure; on a full disk it cannot be written, which is
 * one. Either way what is written from then on is dropped, and the program goes on.
 */
export class Output {
  readonly #stream: Writable;
  readonly #onFailure: (error: Error) => void;
  readonly #gone = new AbortController();
  readonly #over = new AbortController();
  #failed = false;

  /** `onFailure` is called once at most: what is written is lost, though somebody wants to read it. */
  constructor(stream: Writable, onFailure: (error: Error) => void = () => {}) {
    this.#stream = stream;
    this.#onFailure = onFailure;
    stream.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
    stream.on("close", () => this.#onClose());
  }

  /** Aborted when nobody reads any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Whether something could not be written though somebody wants to read it. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Writes. Resolves when there is space for more. */
  async write(text: string): Promise<void> {
    const { signal } = this.#over;
    if (signal.aborted || text === "" || this.#stream.write(text)) return;
    await once(this.#stream, "drain", { signal }).catch(() => undefined);
  }

  /** Resolves when everything has been written. */
  async flush(): Promise<void> {
    const { signal } = this.#over;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
      this.#stream.write("", () => resolve());
    });
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.#over.signal.aborted) return;
    // A terminal that cannot be written has been closed.
    const isGone = READER_GONE.includes(error.code ?? "") || (this.#stream as Partial<WriteStream>).isTTY;
    this.#failed = !isGone;
    this.#onClose();
    if (this.#failed) this.#onFailure(error);
  }

  #onClose(): void {
    this.#over.abort();
    if (!this.#failed) this.#gone.abort();
  }
}
