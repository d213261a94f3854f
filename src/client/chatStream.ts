import type { Metadata } from "nice-grpc";
import type { ChatRequest, ChatResponse } from "../gen/obrolan/v1/chat.ts";
import type { Service } from "./connection.ts";
import { toChatError } from "./errors.ts";
import { SendQueue } from "./sendQueue.ts";

/** One open `Chat` call. */
export interface ChatStream {
  /** What the server sends, taken from the connection only as fast as it is taken here. Throws a `ChatError`. */
  readonly responses: AsyncIterable<ChatResponse>;
  send(request: ChatRequest): void;
  /** Ends our side. */
  end(): void;
}

/** Opens a `Chat` call. */
export function openChatStream(service: Service, metadata: Metadata, signal: AbortSignal): ChatStream {
  const outbox = new SendQueue();
  return {
    responses: read(service, metadata, signal, outbox),
    send: (request) => outbox.send(request),
    end: () => outbox.end(),
  };
}

async function* read(
  service: Service,
  metadata: Metadata,
  signal: AbortSignal,
  outbox: SendQueue,
): AsyncGenerator<ChatResponse> {
  let trailer: Metadata | undefined;
  const onTrailer = (metadata: Metadata) => {
    trailer = metadata;
  };
  try {
    yield* service.chat(outbox, { metadata, signal, onTrailer });
  } catch (error) {
    throw toChatError(error, trailer);
  } finally {
    // gRPC waits for requests until it is told that there are none.
    outbox.end();
  }
}
