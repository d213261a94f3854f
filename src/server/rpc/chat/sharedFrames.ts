import { framed } from "../messageFrame.ts";

/** Longer messages are not copied: for a page that a reader catches up with, a copy costs more than a second write. */
const MAX_FRAMED_BYTES = 8 * 1024;
/** How many of the last messages are remembered. Live readers are at only a few positions of the log at a time. */
const MAX_RECENT_MESSAGES = 4;

/**
 * Joins a message and its prefix in one buffer, once for all streams that get the message. One write costs less than
 * two, but a copy for each stream would cost more than both writes. A message is copied when it is written for the
 * second time, because the first time may be the only one.
 */
export class SharedFrames {
  /** The last messages, as a ring. */
  readonly #messages: (Uint8Array | undefined)[] = new Array(MAX_RECENT_MESSAGES).fill(undefined);
  /** The frames of these messages, at the same indexes; `undefined` before the second write. */
  readonly #frames: (Buffer | undefined)[] = new Array(MAX_RECENT_MESSAGES).fill(undefined);
  #next = 0;

  /** The message with its prefix; `undefined` if it is long, or is not one of the last few messages (by identity). */
  of(message: Uint8Array): Buffer | undefined {
    if (message.length > MAX_FRAMED_BYTES) return undefined;
    const index = this.#messages.indexOf(message);
    if (index >= 0) {
      this.#frames[index] ??= framed(message);
      return this.#frames[index];
    }
    this.#messages[this.#next] = message;
    this.#frames[this.#next] = undefined;
    this.#next = (this.#next + 1) % MAX_RECENT_MESSAGES;
    return undefined;
  }
}
