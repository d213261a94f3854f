import { framed } from "../messageFrame.ts";

/** Longer messages are not copied: for a page of a reader that is behind, a copy costs more than a second write. */
const MAX_FRAMED_BYTES = 8 * 1024;
/** How many messages are compared with. Live readers are at a few positions of the log at a time. */
const MAX_RECENT_MESSAGES = 4;

/**
 * Frames a message once for all streams that it is written to: one write costs less than two, but a copy for each
 * stream costs more than both. A message is framed when it comes for the second time, because the first may be the
 * only one.
 */
export class SharedFrames {
  /** A ring, with its frames. */
  readonly #messages: (Uint8Array | undefined)[] = new Array(MAX_RECENT_MESSAGES).fill(undefined);
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
