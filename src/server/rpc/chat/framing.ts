/** How gRPC frames a message: whether it is compressed, in a byte, and its length, in four. */
const PREFIX_BYTES = 5;
/** The longest that is framed beforehand, in bytes: of a page that readers behind take, a copy would cost more than a second piece. */
const MAX_BYTES = 8 * 1024;
/** Live readers are at a few places of the log at a time. */
const REMEMBERED = 4;

/** The prefix of a message. */
export function prefixOf(message: Uint8Array): Buffer {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix[0] = 0;
  prefix.writeUInt32BE(message.length, 1);
  return prefix;
}

/**
 * Frames once what is written to many streams: a write of one piece costs less than one of two, and a copy for each stream costs more
 * than both. What comes for the first time may never come again, so it is framed the second time.
 */
export class SharedFrames {
  readonly #messages: (Uint8Array | undefined)[] = new Array(REMEMBERED).fill(undefined);
  readonly #frames: (Buffer | undefined)[] = new Array(REMEMBERED).fill(undefined);
  #next = 0;

  /** The message with its prefix, where it is short, and came before and not long ago. */
  of(message: Uint8Array): Buffer | undefined {
    if (message.length > MAX_BYTES) return undefined;
    const place = this.#messages.indexOf(message);
    if (place >= 0) {
      this.#frames[place] ??= Buffer.concat([prefixOf(message), message]);
      return this.#frames[place];
    }
    this.#messages[this.#next] = message;
    this.#frames[this.#next] = undefined;
    this.#next = (this.#next + 1) % REMEMBERED;
    return undefined;
  }
}
