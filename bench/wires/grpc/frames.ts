/** The frame types of HTTP/2 (RFC 9113, section 6) that a client with one call needs. */
export const FrameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8 } as const;

export const Flag = { ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8 } as const;

export const FRAME_HEADER_BYTES = 9;

/** Encodes one frame. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(streamId, 5);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** Receives the frames that the parser finds. */
export interface FrameHandler {
  /** A piece of the payload of a DATA frame. Do not keep `bytes` after the call: they change. */
  data(bytes: Buffer, start: number, end: number): void;
  /** A complete frame of any other type. */
  frame(type: number, flags: number, streamId: number, payload: Buffer): void;
}

/**
 * Splits the bytes of a connection into frames. It passes on payloads of DATA frames as they arrive, without a copy.
 */
export class FrameParser {
  readonly #handler: FrameHandler;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerFilled = 0;
  #left = 0;
  #payload: Buffer[] = [];

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  push(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#headerFilled < FRAME_HEADER_BYTES) {
        const taken = bytes.copy(
          this.#header,
          this.#headerFilled,
          at,
          Math.min(length, at + FRAME_HEADER_BYTES - this.#headerFilled),
        );
        this.#headerFilled += taken;
        at += taken;
        if (this.#headerFilled < FRAME_HEADER_BYTES) return;
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
 * Encodes a header block in HPACK (RFC 7541) with literal fields without indexing. This needs no table and no Huffman
 * code. Its size does not matter, because each connection sends it once.
 */
export function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]);
  return Buffer.concat(parts);
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([prefixedLength(bytes.length), bytes]);
}

// An integer with a 7-bit prefix (RFC 7541, section 5.1). The eighth bit would announce Huffman code, and stays 0.
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
