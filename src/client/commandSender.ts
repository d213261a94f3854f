import type { ChatStream } from "./chatStream.ts";
import type { Outcome } from "./events.ts";
import type { PendingCommands } from "./pendingCommands.ts";

/** Which request of a stream the server could not read, if the stream ended with `REQUEST_INVALID`. */
export type UnreadableRequest =
  /** A command, which is now rejected. */
  | "command"
  /** One of several commands. The next streams send commands one at a time until the unreadable one is found. */
  | "unknown"
  /** The join, because this stream has no unanswered command. */
  | "join";

/** Sends the pending commands on the current stream, and tracks which of them that stream has not answered. */
export class CommandSender {
  readonly #pending: PendingCommands;
  /** The commands without an answer on this stream, in the order in which they were sent. */
  readonly #unanswered = new Set<string>();
  #stream: ChatStream | undefined;
  #oneAtATime = false;

  constructor(pending: PendingCommands) {
    this.#pending = pending;
  }

  /** The stream that takes commands. Undefined: there is no stream, or it has not sent its join. */
  get stream(): ChatStream | undefined {
    return this.#stream;
  }

  /** A stream was opened. Commands wait until it has sent its join. */
  beginStream(): void {
    this.#unanswered.clear();
  }

  /** The stream has sent its join: sends all pending commands on it. */
  attach(stream: ChatStream): void {
    this.#stream = stream;
    for (const requestId of this.#pending.requestIds()) this.send(requestId);
  }

  /** The stream has ended. Its unanswered commands stay known until the next stream begins. */
  detach(): void {
    this.#stream = undefined;
  }

  /** Sends a pending command. Without a stream, the command waits for the next one. */
  send(requestId: string): void {
    if (this.#stream === undefined || (this.#oneAtATime && this.#unanswered.size > 0)) return;
    const request = this.#pending.takeForSending(requestId);
    if (request === undefined) return;
    this.#unanswered.add(requestId);
    this.#stream.send(request);
  }

  /** The stream has answered a command. */
  onAnswer(requestId: string): void {
    this.#unanswered.delete(requestId);
    // A command that is still pending is resent after a wait, and the others wait for it.
    if (!this.#oneAtATime || this.#pending.has(requestId)) return;
    const [next] = this.#pending.requestIds();
    if (next === undefined) this.#oneAtATime = false;
    else this.send(next);
  }

  /**
   * Finds the request that the server could not read, after a stream ended with `REQUEST_INVALID`, and rejects it if
   * it is a command. Before a `goodbye` the server answers all commands before the unreadable one, so the oldest
   * unanswered command is the unreadable one. Without a `goodbye` this is certain only if one command is unanswered.
   */
  rejectUnreadable(hasGoodbye: boolean): UnreadableRequest {
    const [oldest] = this.#unanswered;
    if (oldest === undefined) return "join";
    this.#oneAtATime = !hasGoodbye && this.#unanswered.size > 1;
    if (this.#oneAtATime) return "unknown";
    this.#pending.settle(requestInvalid(oldest));
    return "command";
  }
}

function requestInvalid(requestId: string): Outcome {
  const message =
    "The server could not read this command: it is too large, or not valid protobuf or UTF-8. It is not sent again.";
  return { kind: "rejected", requestId, reason: "REQUEST_INVALID", message, retryAfterMs: undefined };
}
