import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** One field of a protobuf message on the wire. */
export interface Field {
  readonly number: number;
  /** A varint as `bigint`, a field with a length as bytes. Fixed-width fields are not supported. */
  readonly value: bigint | Uint8Array;
}

/** The fields of a message of unknown type, in the order of the wire. */
export function* fields(message: Uint8Array): Generator<Field> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === WireType.Varint) {
      yield { number, value: BigInt(reader.uint64()) };
    } else if (type === WireType.LengthDelimited) {
      yield { number, value: reader.bytes() };
    } else {
      reader.skip(type);
    }
  }
}

/** The values of all fields of this number that have a length. */
export function bytesOf(message: Uint8Array, number: number): Uint8Array[] {
  return [...fields(message)]
    .filter((field) => field.number === number && field.value instanceof Uint8Array)
    .map((field) => field.value as Uint8Array);
}

/** The values of all fields of this number, as strings. */
export function stringsOf(message: Uint8Array, number: number): string[] {
  return bytesOf(message, number).map((value) => Buffer.from(value).toString("utf8"));
}

/** The last varint of this number; 0 without one. */
export function varintOf(message: Uint8Array, number: number): bigint {
  let last = 0n;
  for (const field of fields(message)) {
    if (field.number === number && typeof field.value === "bigint") last = field.value;
  }
  return last;
}
