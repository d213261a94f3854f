import { once } from "node:events";
import type { Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import { Exit } from "../exitCode.ts";

/** The error codes of a stream whose reader has closed it. */
const READER_GONE_CODES = ["EPIPE", "ECONNRESET"];

/**
 * An output stream that may break. If its reader is gone, as under `| head`, that is not a failure; a full disk is one.
 * Either way further output is dropped. The program decides whether it ends: see `readerGone`.
 */
export class Output {
  readonly #stream: Writable;
  readonly #onFailure: (error: Error) => void;
  readonly #readerGone = new AbortController();
  readonly #closed = new AbortController();
  #hasFailed = false;

  /** `onFailure` is called at most once, if a write fails while the stream has a reader. */
  constructor(stream: Writable, onFailure: (error: Error) => void = () => {}) {
    this.#stream = stream;
    this.#onFailure = onFailure;
    stream.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
    stream.on("close", () => this.#onClose());
  }

  /** Aborted when the reader is gone. */
  get readerGone(): AbortSignal {
    return this.#readerGone.signal;
  }

  /** Whether a write failed while the stream had a reader. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Writes a text. Resolves when the stream has space for more. */
  async write(text: string): Promise<void> {
    const { signal } = this.#closed;
    if (signal.aborted || text === "" || this.#stream.write(text)) return;
    await once(this.#stream, "drain", { signal }).catch(() => undefined);
  }

  /** Resolves when everything has been written. */
  async flush(): Promise<void> {
    const { signal } = this.#closed;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
      this.#stream.write("", () => resolve());
    });
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.#closed.signal.aborted) return;
    // A terminal that cannot be written to was closed.
    const isReaderGone = READER_GONE_CODES.includes(error.code ?? "") || (this.#stream as Partial<WriteStream>).isTTY;
    this.#hasFailed = !isReaderGone;
    this.#onClose();
    if (this.#hasFailed) this.#onFailure(error);
  }

  #onClose(): void {
    this.#closed.abort();
    if (!this.#hasFailed) this.#readerGone.abort();
  }
}

/** The two outputs of the program. */
export class Stdio {
  readonly stdout: Output;
  readonly stderr: Output;
  #isStderrLog = false;

  constructor(stdout: Writable, stderr: Writable) {
    this.stderr = new Output(stderr);
    this.stdout = new Output(stdout, ({ message }) => {
      void this.reportError(`standard output cannot be written (${message}): what is printed from here on is lost.`);
    });
  }

  /** Writes each sentence to standard error, after the program's name. */
  reportError(...sentences: readonly string[]): Promise<void> {
    return this.stderr.write(sentences.map((sentence) => `obrolan: ${sentence}\n`).join(""));
  }

  /** Declares standard error a log. A line that the log loses does not change the exit code. */
  declareStderrLog(): void {
    this.#isStderrLog = true;
  }

  /**
   * Waits until everything is written. Resolves with the exit code: `BROKEN_STREAM` replaces `FINE` if output was lost.
   */
  async finish(code: Exit): Promise<Exit> {
    await this.stdout.flush();
    await this.stderr.flush();
    const isComplete = !this.stdout.hasFailed && (this.#isStderrLog || !this.stderr.hasFailed);
    return code === Exit.FINE && !isComplete ? Exit.BROKEN_STREAM : code;
  }
}
