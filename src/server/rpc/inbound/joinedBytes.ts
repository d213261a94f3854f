const FIRST_CAPACITY = 256;

/**
 * Joins the parts of a message in one buffer. The buffer grows with the bytes that have arrived, not with the length
 * that was announced, so a client must send the bytes that it makes the server keep. Each part is copied, because even
 * a part of one byte would keep the whole buffer of the socket in memory.
 */
export class JoinedBytes {
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** The number of bytes. */
  get length(): number {
    return this.#length;
  }

  /** Appends a copy of a part. */
  append(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length, FIRST_CAPACITY));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(part, this.#length);
    this.#length = length;
  }

  /** A view of the bytes; valid until the next `append` or `take`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Returns the bytes, and empties the buffer. */
  take(): Buffer {
    const { bytes } = this;
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
    return bytes;
  }
}
