import { Status } from "nice-grpc";
import { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { ChatError } from "./errors.ts";
import type { Outcome } from "./events.ts";

/** What the contract allows a request to have; a larger one would end the stream, every time that it is sent again. */
const MAX_REQUEST_BYTES = 64 * 1024;

interface Waiting {
  readonly request: ChatRequest;
  readonly resolve: (outcome: Outcome) => void;
}

/** The commands whose outcome is not known yet, in the order in which they were given. */
export class Pending {
  readonly #max: number;
  readonly #waiting = new Map<string, Waiting>();

  constructor(max: number) {
    this.#max = max;
  }

  /** How many there are. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The requests, to be sent (again) in this order. */
  *requests(): Iterable<ChatRequest> {
    for (const { request } of this.#waiting.values()) yield request;
  }

  /** Remembers a command until its answer comes. Throws a `ChatError` for one that cannot be sent. */
  add(request: ChatRequest): Promise<Outcome> {
    const { requestId } = request;
    if (requestId === "") {
      throw new ChatError(Status.INVALID_ARGUMENT, "An empty requestId cannot be answered: leave it out to get one.");
    }
    if (this.#waiting.has(requestId)) {
      throw new ChatError(Status.ALREADY_EXISTS, `The command ${requestId} is waiting for its answer already.`);
    }
    if (this.#waiting.size >= this.#max) {
      const sentence = `${this.#max} commands are waiting for their answers, and no more are kept: wait for some of them.`;
      throw new ChatError(Status.RESOURCE_EXHAUSTED, sentence);
    }
    const bytes = ChatRequest.encode(request).finish().length;
    if (bytes > MAX_REQUEST_BYTES) {
      const sentence = `This command is ${bytes} bytes long; at most ${MAX_REQUEST_BYTES} can be sent.`;
      throw new ChatError(Status.RESOURCE_EXHAUSTED, sentence);
    }
    return new Promise((resolve) => this.#waiting.set(requestId, { request, resolve }));
  }

  /** An answer came. One to a command that is not waiting is no news. */
  settle(outcome: Outcome): void {
    const waiting = this.#waiting.get(outcome.requestId);
    this.#waiting.delete(outcome.requestId);
    waiting?.resolve(outcome);
  }

  /** No answers will come any more. */
  abandon(): void {
    for (const requestId of [...this.#waiting.keys()]) this.settle({ kind: "unanswered", requestId });
  }
}
