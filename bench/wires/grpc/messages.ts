const PREFIX_BYTES = 5;

/** Reassembles gRPC's length-prefixed messages. A message that lies completely in one piece is not copied. */
export class MessageParser {
  readonly #take: (bytes: Buffer, start: number, end: number) => void;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #prefixFilled = 0;
  #message = Buffer.alloc(0);
  #filled = 0;
  #length = 0;

  /** `take` receives each message and must not keep the bytes after the call. */
  constructor(take: (bytes: Buffer, start: number, end: number) => void) {
    this.#take = take;
  }

  push(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#prefixFilled < PREFIX_BYTES) {
        const taken = bytes.copy(
          this.#prefix,
          this.#prefixFilled,
          at,
          Math.min(end, at + PREFIX_BYTES - this.#prefixFilled),
        );
        this.#prefixFilled += taken;
        at += taken;
        if (this.#prefixFilled < PREFIX_BYTES) return;
        if (this.#prefix[0] !== 0) throw new Error("A compressed message came, which was not asked for.");
        this.#length = this.#prefix.readUInt32BE(1);
        this.#filled = 0;
      }
      at = this.#fill(bytes, at, end);
    }
  }

  #fill(bytes: Buffer, at: number, end: number): number {
    const missing = this.#length - this.#filled;
    const whole = end - at >= missing;
    const stop = whole ? at + missing : end;
    if (whole) this.#prefixFilled = 0;
    if (whole && this.#filled === 0) {
      this.#take(bytes, at, stop);
      return stop;
    }
    if (this.#message.length < this.#length) this.#message = Buffer.allocUnsafe(this.#length);
    this.#filled += bytes.copy(this.#message, this.#filled, at, stop);
    if (whole) this.#take(this.#message, 0, this.#length);
    return stop;
  }
}
