import type { ChatStream } from "./chatStream.ts";
import type { Outcome } from "./events.ts";
import type { PendingCommands } from "./pendingCommands.ts";

/** What a stream that ended with `REQUEST_INVALID` says about the commands that were sent on it. */
export type Verdict =
  /** One of them was the bad one, and is rejected now. */
  | "dropped"
  /** It may have been any of them. They are sent one by one from here on, which finds it. */
  | "unclear"
  /** There was none: the join itself is what the server does not take. */
  | "none";

/** Sends the pending commands on the stream of the moment, and knows which of them that stream has not answered. */
export class Sending {
  readonly #pending: PendingCommands;
  /** Sent on this stream and not answered on it, in the order in which they were sent. */
  readonly #open = new Set<string>();
  #stream: ChatStream | undefined;
  #oneByOne = false;

  constructor(pending: PendingCommands) {
    this.#pending = pending;
  }

  /** The stream that takes commands. */
  get stream(): ChatStream | undefined {
    return this.#stream;
  }

  /** A stream has joined: it takes everything that is pending. */
  begin(stream: ChatStream): void {
    this.#stream = stream;
    for (const requestId of this.#pending.ids()) this.send(requestId);
  }

  /** The stream is over. Which commands it has not answered is known until the next one is opened. */
  pause(): void {
    this.#stream = undefined;
  }

  /** A new stream is opened, and nothing has been sent on it. */
  reset(): void {
    this.#open.clear();
  }

  /** Sends a pending command; if there is no stream, the next one begins with everything that is pending. */
  send(requestId: string): void {
    if (this.#stream === undefined || (this.#oneByOne && this.#open.size > 0)) return;
    const request = this.#pending.request(requestId);
    if (request === undefined) return;
    this.#open.add(requestId);
    this.#stream.send(request);
  }

  /** The stream has answered a command. */
  answered(requestId: string): void {
    this.#open.delete(requestId);
    // One that is pending still is sent again after a wait, and the others wait behind it.
    if (!this.#oneByOne || this.#pending.has(requestId)) return;
    const [next] = this.#pending.ids();
    if (next === undefined) this.#oneByOne = false;
    else this.send(next);
  }

  /**
   * The stream ended with `REQUEST_INVALID`. With a `goodbye` all commands before the bad one were answered, so that
   * the oldest one without an answer is the bad one. Without a `goodbye` that is known only if there is no other.
   */
  blame(hasGoodbye: boolean): Verdict {
    const [oldest] = this.#open;
    if (oldest === undefined) return "none";
    this.#oneByOne = !hasGoodbye && this.#open.size > 1;
    if (this.#oneByOne) return "unclear";
    this.#pending.settle(unreadable(oldest));
    return "dropped";
  }
}

function unreadable(requestId: string): Outcome {
  const message =
    "The server could not read this command: it is too large, or not valid protobuf or UTF-8. It is not sent again.";
  return { kind: "rejected", requestId, reason: "REQUEST_INVALID", message, retryAfterMs: undefined };
}
