const FIRST_CAPACITY = 256;

/**
 * Bytes that came in parts, in one buffer. It grows with what has come and not with what was announced, so that a
 * client has to send what it makes the server keep; and each part is copied, since a part of one byte keeps the whole
 * read of the socket in memory.
 */
export class JoinedBytes {
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Appends a part. */
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

  /** A view of them, good until the next `append` or `take`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Hands all of them over, and begins anew. */
  take(): Buffer {
    const { bytes } = this;
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
    return bytes;
  }
}
