const PREFIX = 5;

/** Puts gRPC's length-prefixed messages together again. One that lies whole in a piece is not copied. */
export class MessageParser {
  readonly #take: (bytes: Buffer, start: number, end: number) => void;
  readonly #prefix = Buffer.alloc(PREFIX);
  #prefixFilled = 0;
  #message = Buffer.alloc(0);
  #filled = 0;
  #length = 0;

  /** `take` gets each message; the bytes are only lent. */
  constructor(take: (bytes: Buffer, start: number, end: number) => void) {
    this.#take = take;
  }

  push(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#prefixFilled < PREFIX) {
        const taken = bytes.copy(this.#prefix, this.#prefixFilled, at, Math.min(end, at + PREFIX - this.#prefixFilled));
        this.#prefixFilled += taken;
        at += taken;
        if (this.#prefixFilled < PREFIX) return;
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
