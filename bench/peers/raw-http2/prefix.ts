const PREFIX = 5;

/** A message as gRPC sends it: not compressed, its length, itself. */
export function prefixed(message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(PREFIX + message.length);
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX);
  return bytes;
}

/** Cuts what a stream brings into messages. */
export class Unprefixer {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are whole now. */
  push(bytes: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Buffer[] = [];
    while (this.#rest.length >= PREFIX) {
      const end = PREFIX + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) break;
      messages.push(this.#rest.subarray(PREFIX, end));
      this.#rest = this.#rest.subarray(end);
    }
    return messages;
  }
}
