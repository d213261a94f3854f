import { Status } from "nice-grpc";
import { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { ChatError } from "./errors.ts";
import type { Outcome } from "./events.ts";
import { mustBeWellFormed } from "./wellFormed.ts";

/** What the contract allows a request to have; a larger one would end the stream, every time that it is sent again. */
const MAX_REQUEST_BYTES = 64 * 1024;

interface PendingCommand {
  readonly request: ChatRequest;
  /** How often it was sent. */
  sent: number;
  readonly resolve: (outcome: Outcome) => void;
}

/** The commands whose outcome is not known yet, in the order in which they were given. */
export class PendingCommands {
  readonly #max: number;
  readonly #waiting = new Map<string, PendingCommand>();

  constructor(max: number) {
    this.#max = max;
  }

  /** How many there are. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The request ids, in the order in which the commands are sent (again). */
  ids(): string[] {
    return [...this.#waiting.keys()];
  }

  /** Whether a command waits for its answer. */
  has(requestId: string): boolean {
    return this.#waiting.has(requestId);
  }

  /** One of them, which is sent (again); `undefined` where its answer has come. */
  request(requestId: string): ChatRequest | undefined {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return undefined;
    waiting.sent += 1;
    return waiting.request;
  }

  /**
   * Whether an answer says nothing yet. A command that was sent before, and may have been carried out then, is not settled by a server
   * that cannot look: that nothing was written goes for the last time only.
   */
  isOpen(outcome: Outcome): boolean {
    if (outcome.kind !== "rejected" || outcome.reason !== "STORE_UNAVAILABLE") return false;
    return (this.#waiting.get(outcome.requestId)?.sent ?? 0) > 1;
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
    mustBeWellFormed("requestId", requestId);
    for (const [name, text] of textsOf(request.command)) mustBeWellFormed(name, text);
    const bytes = ChatRequest.encode(request).finish().length;
    if (bytes > MAX_REQUEST_BYTES) {
      const sentence = `This command is ${bytes} bytes long; at most ${MAX_REQUEST_BYTES} can be sent.`;
      throw new ChatError(Status.RESOURCE_EXHAUSTED, sentence);
    }
    return new Promise((resolve) => this.#waiting.set(requestId, { request, resolve, sent: 0 }));
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

/** The strings of a command, with the names that an application knows them by. */
function textsOf(command: ChatRequest["command"]): [string, string][] {
  switch (command?.$case) {
    case "sendAll":
      return [["text", command.value.text]];
    case "sendTo":
      return [
        ["username", command.value.username],
        ["text", command.value.text],
      ];
    case "textCommand":
      return [["line", command.value]];
  }
  return [];
}
