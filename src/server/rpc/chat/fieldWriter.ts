// Computes the sizes of protobuf fields, and writes them. As in proto3, a field that is 0 or empty is left out.

/** The size of a varint, in bytes. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

/** The size of a number field with its tag, in bytes. */
export function sizeOfNumber(value: number): number {
  return value === 0 ? 0 : 1 + sizeOfVarint(value);
}

/** The size of a string field with its tag and length, if its text has `textBytes` bytes. */
export function sizeOfText(textBytes: number): number {
  return textBytes === 0 ? 0 : 1 + sizeOfVarint(textBytes) + textBytes;
}

/** Writes a tag and a varint (a number up to 2^53, or the length of the bytes that follow); returns the end offset. */
export function writeTagged(bytes: Buffer, offset: number, tag: number, value: number): number {
  bytes[offset] = tag;
  let end = offset + 1;
  let rest = value;
  while (rest >= 0x80) {
    bytes[end] = (rest % 0x80) | 0x80;
    end += 1;
    rest = Math.floor(rest / 0x80);
  }
  bytes[end] = rest;
  return end + 1;
}

/** Writes a number field; returns the end offset. */
export function writeNumber(bytes: Buffer, offset: number, tag: number, value: number): number {
  return value === 0 ? offset : writeTagged(bytes, offset, tag, value);
}

/** Writes a string field; returns the end offset. `length`: the size of the text in bytes. */
export function writeText(bytes: Buffer, offset: number, tag: number, text: string, length: number): number {
  if (length === 0) return offset;
  const begin = writeTagged(bytes, offset, tag, length);
  return begin + bytes.write(text, begin, length, "utf8");
}

const SECONDS = 0x08;
const NANOS = 0x10;

/** The size of a `Timestamp` without its tag and length, in bytes. `time`: milliseconds since the epoch, 0 or more. */
export function sizeOfTime(time: number): number {
  return sizeOfNumber(Math.trunc(time / 1_000)) + sizeOfNumber((time % 1_000) * 1_000_000);
}

/** Writes a `Timestamp` field; returns the end offset. `length`: from `sizeOfTime`. */
export function writeTime(bytes: Buffer, offset: number, tag: number, time: number, length: number): number {
  const begin = writeTagged(bytes, offset, tag, length);
  const nanos = writeNumber(bytes, begin, SECONDS, Math.trunc(time / 1_000));
  return writeNumber(bytes, nanos, NANOS, (time % 1_000) * 1_000_000);
}
