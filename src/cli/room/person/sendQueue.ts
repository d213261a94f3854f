import { setTimeout as sleep } from "node:timers/promises";
import type { Attempted } from "../attempt.ts";

/** A line to send, and the request id under which it is repeated. */
export interface Sending {
  readonly line: string;
  readonly requestId: string;
}

/** The server's answer to a line that it may take later. */
export interface TemporaryRefusal {
  readonly afterMs: number;
  /** The server's sentence. */
  readonly why: string;
}

/** The collaborators of a `SendQueue`. */
export interface SendQueueOptions {
  /** Runs a line. Resolves with its outcome; never rejects. */
  readonly attempt: (sending: Sending) => Promise<Attempted>;
  /** A line begins to wait (`refusal`: of the server; undefined: it waits behind other lines), or is sent again. */
  readonly onWait: (sending: Sending, waits: boolean, refusal?: TemporaryRefusal) => void;
  /** Aborted when nothing can be sent any more. */
  readonly gone: AbortSignal;
}

/**
 * Sends lines. A line that the server refuses only for now, for example by the rate limit, is repeated after the wait
 * that the server names. Lines that are typed meanwhile wait behind it, so that their order stays.
 */
export class SendQueue {
  readonly #options: SendQueueOptions;
  /** Settles when the last waiting line has its outcome. */
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** Whether a line waits for the server's permission. The next line will wait, too. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** Sends a line. Resolves with its final outcome; undefined: it was not sent, because nothing can be sent any more. */
  async send(sending: Sending): Promise<Attempted | undefined> {
    if (this.isWaiting) return this.#enqueue(sending, undefined);
    const attempted = await this.#options.attempt(sending);
    const refusal = temporaryRefusal(attempted);
    if (refusal === undefined || this.#options.gone.aborted) return attempted;
    return this.#enqueue(sending, refusal);
  }

  async #enqueue(sending: Sending, refusal: TemporaryRefusal | undefined): Promise<Attempted | undefined> {
    this.#options.onWait(sending, true, refusal);
    this.#waiting += 1;
    const before = this.#tail;
    const outcome = (async () => {
      const began = performance.now();
      await before;
      return this.#repeat(sending, (refusal?.afterMs ?? 0) - (performance.now() - began));
    })().finally(() => {
      this.#waiting -= 1;
    });
    this.#tail = outcome;
    return outcome;
  }

  async #repeat(sending: Sending, afterMs: number): Promise<Attempted | undefined> {
    const { attempt, onWait, gone } = this.#options;
    let waitMs = afterMs;
    for (;;) {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: gone }).catch(() => undefined);
      if (gone.aborted) return undefined;
      onWait(sending, false);
      const attempted = await attempt(sending);
      const refusal = temporaryRefusal(attempted);
      if (refusal === undefined) return attempted;
      onWait(sending, true, refusal);
      waitMs = refusal.afterMs;
    }
  }
}

function temporaryRefusal({ item }: Attempted): TemporaryRefusal | undefined {
  if (item.kind !== "rejected" || item.retryAfterMs === undefined) return undefined;
  return { afterMs: item.retryAfterMs, why: item.message };
}
