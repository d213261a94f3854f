import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { MethodDefinition } from "nice-grpc";
import { ChatServiceDefinition } from "../../gen/obrolan/v1/chat.ts";
import { COMMAND_FIELDS } from "./chat/command.ts";
import { SearchCall, TIME_FIELDS } from "./searchCall.ts";
import { type MessageType, requestDecoder } from "./strictDecoding.ts";

const { register, login, list, logout, history, search, markRead, chat } = ChatServiceDefinition.methods;

function path(name: string): string {
  return `/${ChatServiceDefinition.fullName}/${name}`;
}

/** `nested`: the numbers of the request's fields that are messages. */
function unary<Request, Response>(
  method: { name: string; requestType: MessageType<Request>; responseType: MessageType<Response> },
  nested: readonly number[] = [],
): MethodDefinition<Request, Request, Response, Response, false, false> {
  const { name, requestType, responseType } = method;
  return {
    path: path(name),
    requestStream: false,
    responseStream: false,
    requestSerialize: (request) => requestType.encode(request).finish(),
    // The error middleware handles an `InvalidRequest`, so the service never sees one.
    requestDeserialize: requestDecoder(requestType, nested) as (bytes: Uint8Array) => Request,
    responseSerialize: (response) => responseType.encode(response).finish(),
    responseDeserialize: (bytes) => responseType.decode(new BinaryReader(bytes)),
    options: {},
  };
}

/** The path of `Chat`. */
export const CHAT_PATH = path(chat.name);

/**
 * `ChatService` as the server implements it: requests are decoded strictly, and responses of `Chat` are already
 * encoded.
 */
export const servedDefinition = {
  register: unary(register),
  login: unary(login),
  list: unary(list),
  logout: unary(logout),
  history: unary(history),
  search: unary({ ...search, requestType: SearchCall }, TIME_FIELDS),
  markRead: unary(markRead),
  chat: {
    path: CHAT_PATH,
    requestStream: true,
    responseStream: true,
    requestSerialize: (request: Uint8Array) => request,
    requestDeserialize: requestDecoder(chat.requestType, COMMAND_FIELDS),
    responseSerialize: (response: Uint8Array) => response,
    responseDeserialize: (bytes: Uint8Array) => bytes,
    options: {},
  } satisfies MethodDefinition<Uint8Array, unknown, Uint8Array, Uint8Array, true, true>,
} satisfies Record<keyof typeof ChatServiceDefinition.methods, unknown>;
