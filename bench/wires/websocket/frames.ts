/** The opcodes (RFC 6455, section 5.2) of the frames that these servers send. */
export const Opcode = { text: 1, close: 8, ping: 9, pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;

/**
 * Encodes one frame as a client sends it. The protocol requires a mask. The mask 0 leaves the payload as it is, because
 * there is no proxy here that a mask would protect.
 */
export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length > 0xffff) throw new Error(`A frame of ${length} bytes is too long: the load sends at most 65,535 bytes.`);
  const long = length > 125;
  const header = Buffer.alloc((long ? 4 : 2) + MASK_BYTES);
  header[0] = FINAL | opcode;
  header[1] = MASKED | (long ? 126 : length);
  if (long) header.writeUInt16BE(length, 2);
  return Buffer.concat([header, payload]);
}

/**
 * Passes every complete frame between `from` and `end` to `take`, and returns the offset of the first incomplete one.
 */
export function takeFrames(
  bytes: Buffer,
  from: number,
  end: number,
  take: (opcode: number, bytes: Buffer, start: number, stop: number) => void,
): number {
  let at = from;
  while (end - at >= 2) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    if ((first & 0xf0) !== FINAL)
      throw new Error("A frame came in pieces or compressed, which this client does not understand.");
    if (second & MASKED) throw new Error("A masked frame came from a server.");
    const extra = second === 126 ? 2 : second === 127 ? 8 : 0;
    const start = at + 2 + extra;
    if (start > end) return at;
    const stop = start + (extra === 0 ? second : extra === 2 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6));
    if (stop > end) return at;
    take(first & 0x0f, bytes, start, stop);
    at = stop;
  }
  return at;
}
