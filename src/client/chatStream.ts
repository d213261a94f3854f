import type { Metadata } from "nice-grpc";
import type { ChatRequest, ChatResponse } from "../gen/obrolan/v1/chat.ts";
import type { Service } from "./connection.ts";
import { toChatError } from "./errors.ts";

/** One open `Chat` call. */
export interface ChatStream {
  /** The server's responses, read from the connection only as fast as they are taken here. Throws a `ChatError`. */
  readonly responses: AsyncIterable<ChatResponse>;
  /** Queues a request. After `end()` the request is dropped. */
  send(request: ChatRequest): void;
  /** Half-closes the stream after the queued requests are sent. */
  end(): void;
}

/** Opens a `Chat` call. */
export function openChatStream(service: Service, metadata: Metadata, signal: AbortSignal): ChatStream {
  const requests = new RequestQueue();
  return {
    responses: read(service, metadata, signal, requests),
    send: (request) => requests.send(request),
    end: () => requests.end(),
  };
}

async function* read(
  service: Service,
  metadata: Metadata,
  signal: AbortSignal,
  requests: RequestQueue,
): AsyncGenerator<ChatResponse> {
  let trailer: Metadata | undefined;
  const onTrailer = (metadata: Metadata) => {
    trailer = metadata;
  };
  try {
    yield* service.chat(requests, { metadata, signal, onTrailer });
  } catch (error) {
    throw toChatError(error, trailer);
  } finally {
    // gRPC waits for requests until their iterable ends.
    requests.end();
  }
}

/**
 * The requests of one stream; gRPC takes them as fast as the connection allows. The callers bound the queue: it holds
 * one join, and each pending command at most once.
 */
class RequestQueue implements AsyncIterable<ChatRequest> {
  readonly #requests: ChatRequest[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  send(request: ChatRequest): void {
    if (this.#ended) return;
    this.#requests.push(request);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatRequest, void> {
    for (;;) {
      const request = this.#requests.shift();
      if (request !== undefined) yield request;
      else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
