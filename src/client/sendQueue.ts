import type { ChatRequest } from "../gen/obrolan/v1/chat.ts";

/**
 * The requests of one stream, which gRPC takes as fast as the connection does. It is bounded by what is put in: one join, and
 * each command that waits for its answer at most once.
 */
export class SendQueue implements AsyncIterable<ChatRequest> {
  readonly #requests: ChatRequest[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  /** Adds a request; after the end it is left out. */
  send(request: ChatRequest): void {
    if (this.#ended) return;
    this.#requests.push(request);
    this.#wake?.();
  }

  /** What is in it goes out, then this side of the stream ends. */
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
