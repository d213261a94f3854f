import { BinaryReader, type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { decodeRefusal, InvalidRequest } from "./invalidRequest.ts";

/** A message type as the generated code exports it. */
export interface MessageType<T> {
  encode(message: T): BinaryWriter;
  decode(input: BinaryReader): T;
}

/** A reader that throws for a string that is not valid UTF-8. `BinaryReader` replaces invalid bytes with U+FFFD. */
export class StrictReader extends BinaryReader {
  override string(): string {
    return super.string(true);
  }
}

/**
 * Makes a decoder for requests. The decoder returns an `InvalidRequest` for an invalid request, and does not throw:
 * grpc-js would answer with `INTERNAL`. `nested`: the numbers of the fields that are messages; these are checked too.
 */
export function requestDecoder<T>(
  type: MessageType<T>,
  nested: readonly number[] = [],
): (bytes: Uint8Array) => T | InvalidRequest {
  return strictly((bytes) => {
    checkFields(new BinaryReader(bytes), bytes.length, nested);
    return type.decode(new StrictReader(bytes));
  });
}

/**
 * Makes a decoder return an `InvalidRequest` instead of throwing. The decoder also returns a refusal that was encoded
 * with `encodeRefusal` in place of a request.
 */
export function strictly<T>(decode: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T | InvalidRequest {
  return (bytes) => {
    const refused = decodeRefusal(bytes);
    if (refused !== undefined) return refused;
    try {
      return decode(bytes);
    } catch (cause) {
      return new InvalidRequest(`The request is not a valid protobuf message of this rpc: ${explain(cause)}.`);
    }
  };
}

/**
 * Checks the fields of a message up to `end`, and those of the messages in the fields `nested`. The generated decoders
 * treat two invalid tags (field number 0, and the end of a group that never began) as the end of the message. Here both
 * throw.
 */
function checkFields(reader: BinaryReader, end: number, nested: readonly number[]): void {
  while (reader.pos < end) {
    const [field, type] = reader.tag();
    if (type === WireType.EndGroup) throw new Error(`field ${field} ends a group that never began`);
    if (type === WireType.LengthDelimited && nested.includes(field)) {
      const length = reader.uint32();
      checkFields(reader, reader.pos + length, []);
    } else reader.skip(type, field);
  }
  if (reader.pos !== end) throw new Error("a field goes beyond the message it is in");
}

function explain(cause: unknown): string {
  if (cause instanceof RangeError && cause.message.includes("call stack")) return "it is nested too deeply";
  return cause instanceof Error ? cause.message : String(cause);
}
