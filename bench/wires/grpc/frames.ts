/** Frame types of HTTP/2 (RFC 9113, section 6); the rest mean nothing to a client of one call. */
export const FrameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8 } as const;

export const Flag = { ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8 } as const;

export const FRAME_HEADER = 9;

/** One whole frame. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(streamId, 5);
  bytes.set(payload, FRAME_HEADER);
  return bytes;
}

/** What the parser found. */
export interface FrameHandler {
  /** A piece of the payload of a DATA frame. The bytes are only lent: they change after the call. */
  data(bytes: Buffer, start: number, end: number): void;
  /** Any other frame, whole. */
  frame(type: number, flags: number, streamId: number, payload: Buffer): void;
}

/** Cuts what a connection brings into frames. What DATA frames carry is passed on as it comes, without being copied. */
export class FrameParser {
  readonly #handler: FrameHandler;
  readonly #header = Buffer.alloc(FRAME_HEADER);
  #headerFilled = 0;
  #left = 0;
  #payload: Buffer[] = [];

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  push(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#headerFilled < FRAME_HEADER) {
        const taken = bytes.copy(
          this.#header,
          this.#headerFilled,
          at,
          Math.min(length, at + FRAME_HEADER - this.#headerFilled),
        );
        this.#headerFilled += taken;
        at += taken;
        if (this.#headerFilled < FRAME_HEADER) return;
        this.#left = this.#header.readUIntBE(0, 3);
      }
      const end = Math.min(length, at + this.#left);
      this.#left -= end - at;
      this.#pass(bytes, at, end);
      at = end;
      if (this.#left === 0) this.#headerFilled = 0;
    }
  }

  #pass(bytes: Buffer, start: number, end: number): void {
    const type = this.#header[3] ?? 0;
    const flags = this.#header[4] ?? 0;
    if (type === FrameType.data) {
      if (flags & Flag.padded) throw new Error("A padded DATA frame came, which this client does not understand.");
      if (end > start) this.#handler.data(bytes, start, end);
      return;
    }
    this.#payload.push(Buffer.from(bytes.subarray(start, end)));
    if (this.#left > 0) return;
    const payload = Buffer.concat(this.#payload);
    this.#payload = [];
    this.#handler.frame(type, flags, this.#header.readUInt32BE(5), payload);
  }
}

/**
 * A header block for HPACK (RFC 7541), every field literal and without indexing: longer on the wire than a clever one, and
 * written in five lines. It is sent once a connection.
 */
export function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]);
  return Buffer.concat(parts);
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([prefixedLength(bytes.length), bytes]);
}

// An integer with a 7-bit prefix (RFC 7541, section 5.1); the eighth bit, for Huffman, stays 0.
function prefixedLength(length: number): Buffer {
  if (length < 0x7f) return Buffer.of(length);
  const bytes = [0x7f];
  let rest = length - 0x7f;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.of(...bytes, rest);
}
