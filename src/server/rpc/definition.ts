import { BinaryReader, type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { MethodDefinition } from "nice-grpc";
import { ChatServiceDefinition } from "../../gen/obrolan/v1/chat.ts";
import { decodeRefusal, InvalidRequest } from "./invalidRequest.ts";

interface MessageType<T> {
  encode(message: T): BinaryWriter;
  decode(input: BinaryReader): T;
}

/** Refuses a string that is no valid UTF-8: by default the reader puts U+FFFD in its place. */
export class StrictReader extends BinaryReader {
  override string(): string {
    return super.string(true);
  }
}

/**
 * Walks the fields of a message, and of those in its fields `nested`. The generated decoders take some bytes that are no field (a number 0,
 * the end of a group that never began) for the end of the message; `tag` and `skip` throw there.
 */
export function checkFields(reader: BinaryReader, end: number, nested: readonly number[]): void {
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

/** Decodes requests. One that is not valid becomes an `InvalidRequest`: grpc-js would answer a decoder that throws with `INTERNAL`. */
function decoder<T>(type: MessageType<T>, nested: readonly number[] = []): (bytes: Uint8Array) => T | InvalidRequest {
  return strictly((bytes) => {
    checkFields(new BinaryReader(bytes), bytes.length, nested);
    return type.decode(new StrictReader(bytes));
  });
}

/** Makes a decoder return an `InvalidRequest` in place of throwing, and for what the server has refused before it was decoded. */
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

function explain(cause: unknown): string {
  if (cause instanceof RangeError && cause.message.includes("call stack")) return "it is nested too deeply";
  return cause instanceof Error ? cause.message : String(cause);
}

const { register, login, list, logout, chat } = ChatServiceDefinition.methods;

function path(name: string): string {
  return `/${ChatServiceDefinition.fullName}/${name}`;
}

function unary<Request, Response>(method: {
  name: string;
  requestType: MessageType<Request>;
  responseType: MessageType<Response>;
}): MethodDefinition<Request, Request, Response, Response, false, false> {
  const { name, requestType, responseType } = method;
  return {
    path: path(name),
    requestStream: false,
    responseStream: false,
    requestSerialize: (request) => requestType.encode(request).finish(),
    // An `InvalidRequest` among them gets no further than the outermost middleware.
    requestDeserialize: decoder(requestType) as (bytes: Uint8Array) => Request,
    responseSerialize: (response) => responseType.encode(response).finish(),
    responseDeserialize: (bytes) => responseType.decode(new BinaryReader(bytes)),
    options: {},
  };
}

/** The path of `Chat`. */
export const CHAT_PATH = path(chat.name);

/** The fields of `ChatRequest` that are messages: join, send_all, send_to, help. */
const COMMAND_FIELDS = [2, 3, 4, 5];

/** The contract as it is served: requests decode strictly, and responses of `Chat` are bytes already. */
export const servedDefinition = {
  register: unary(register),
  login: unary(login),
  list: unary(list),
  logout: unary(logout),
  chat: {
    path: CHAT_PATH,
    requestStream: true,
    responseStream: true,
    requestSerialize: (request: Uint8Array) => request,
    requestDeserialize: decoder(chat.requestType, COMMAND_FIELDS),
    responseSerialize: (response: Uint8Array) => response,
    responseDeserialize: (bytes: Uint8Array) => bytes,
    options: {},
  } satisfies MethodDefinition<Uint8Array, unknown, Uint8Array, Uint8Array, true, true>,
};
