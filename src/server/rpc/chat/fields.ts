/** Fields of protobuf messages, into a buffer that has room for them. As everywhere in proto3, what is 0 or empty is left out. */

/** How many bytes a varint takes. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

/** How many bytes a field with a number takes. */
export function sizeOfNumber(value: number): number {
  return value === 0 ? 0 : 1 + sizeOfVarint(value);
}

/** How many bytes a field with a text takes that has so many. */
export function sizeOfText(bytes: number): number {
  return bytes === 0 ? 0 : 1 + sizeOfVarint(bytes) + bytes;
}

/** Writes a tag and a varint (a number, or the length of what follows), which may be beyond 32 bits; returns where they end. */
export function writeTagged(bytes: Buffer, at: number, tag: number, value: number): number {
  bytes[at] = tag;
  let end = at + 1;
  let rest = value;
  while (rest >= 0x80) {
    bytes[end] = (rest % 0x80) | 0x80;
    end += 1;
    rest = Math.floor(rest / 0x80);
  }
  bytes[end] = rest;
  return end + 1;
}

/** Writes a field with a number; returns where it ends. */
export function writeNumber(bytes: Buffer, at: number, tag: number, value: number): number {
  return value === 0 ? at : writeTagged(bytes, at, tag, value);
}

/** Writes a field with a text that has so many bytes; returns where it ends. */
export function writeText(bytes: Buffer, at: number, tag: number, text: string, length: number): number {
  if (length === 0) return at;
  const begin = writeTagged(bytes, at, tag, length);
  return begin + bytes.write(text, begin, length, "utf8");
}

const SECONDS = 0x08;
const NANOS = 0x10;

/** How many bytes a `Timestamp` takes, without its own tag and length. `time`: milliseconds since the epoch, from 0. */
export function sizeOfTime(time: number): number {
  return sizeOfNumber(Math.trunc(time / 1_000)) + sizeOfNumber((time % 1_000) * 1_000_000);
}

/** Writes a field with a `Timestamp` that takes so many bytes; returns where it ends. */
export function writeTime(bytes: Buffer, at: number, tag: number, time: number, length: number): number {
  const begin = writeTagged(bytes, at, tag, length);
  const nanos = writeNumber(bytes, begin, SECONDS, Math.trunc(time / 1_000));
  return writeNumber(bytes, nanos, NANOS, (time % 1_000) * 1_000_000);
}
