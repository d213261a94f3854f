/** Adds gRPC's five bytes before a message: a flag and the length. */
export function frame(message: Uint8Array, compressed = false): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length);
  framed.writeUInt8(compressed ? 1 : 0, 0);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

/** Cuts the bytes of a stream into messages. */
export class Unframer {
  #chunks: Buffer[] = [];
  #size = 0;
  /** The size of the next message with its five bytes; five if the size is not known yet. */
  #needed = 5;

  /** Takes bytes, and returns the messages that are complete. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const messages: Buffer[] = [];
    if (this.#size < this.#needed) return messages;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (;;) {
      this.#needed = bytes.length < 5 ? 5 : 5 + bytes.readUInt32BE(1);
      if (bytes.length < this.#needed) break;
      messages.push(bytes.subarray(5, this.#needed));
      bytes = bytes.subarray(this.#needed);
    }
    this.#chunks = [bytes];
    this.#size = bytes.length;
    return messages;
  }
}
