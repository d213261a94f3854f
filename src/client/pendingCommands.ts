import { Status } from "nice-grpc";
import { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { checkWellFormed } from "./check.ts";
import { ChatError } from "./errors.ts";
import type { Outcome } from "./events.ts";

/** The contract's limit for a request. A larger one would end every stream on which it is sent. */
const MAX_REQUEST_BYTES = 64 * 1024;

interface PendingCommand {
  readonly request: ChatRequest;
  timesSent: number;
  readonly resolve: (outcome: Outcome) => void;
}

/** The commands whose outcome is not known yet, in the order in which the application gave them. */
export class PendingCommands {
  readonly #max: number;
  readonly #commands = new Map<string, PendingCommand>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#commands.size;
  }

  /** The request ids, in the order in which a new stream sends the commands. */
  requestIds(): string[] {
    return [...this.#commands.keys()];
  }

  has(requestId: string): boolean {
    return this.#commands.has(requestId);
  }

  /** The request of a command, which the caller now sends; undefined if the command is settled. */
  takeForSending(requestId: string): ChatRequest | undefined {
    const command = this.#commands.get(requestId);
    if (command === undefined) return undefined;
    command.timesSent += 1;
    return command.request;
  }

  /**
   * Whether an answer does not settle its command: `STORE_UNAVAILABLE` to a command that was sent before. The server
   * says that it wrote nothing this time, but the first attempt may have been written. The command stays pending and is
   * resent after a wait.
   *
   * The resend can change the order of the user's own messages: a later command on the same stream may be accepted
   * before it (docs/client.md).
   */
  isInconclusive(outcome: Outcome): boolean {
    if (outcome.kind !== "rejected" || outcome.reason !== "STORE_UNAVAILABLE") return false;
    return (this.#commands.get(outcome.requestId)?.timesSent ?? 0) > 1;
  }

  /** Adds a command. Resolves with its outcome. Throws a `ChatError` if the command cannot be sent. */
  add(request: ChatRequest): Promise<Outcome> {
    const { requestId } = request;
    if (requestId === "") {
      throw new ChatError(Status.INVALID_ARGUMENT, "An empty requestId cannot be answered: leave it out to get one.");
    }
    if (this.#commands.has(requestId)) {
      throw new ChatError(Status.ALREADY_EXISTS, `The command ${requestId} is waiting for its answer already.`);
    }
    if (this.#commands.size >= this.#max) {
      const remedy = "and no more are kept: wait for some of them.";
      throw new ChatError(Status.RESOURCE_EXHAUSTED, `${this.#max} commands are waiting for their answers, ${remedy}`);
    }
    checkWellFormed("requestId", requestId);
    for (const [name, text] of textsOf(request.command)) checkWellFormed(name, text);
    const bytes = ChatRequest.encode(request).finish().length;
    if (bytes > MAX_REQUEST_BYTES) {
      const sentence = `This command is ${bytes} bytes long; at most ${MAX_REQUEST_BYTES} can be sent.`;
      throw new ChatError(Status.RESOURCE_EXHAUSTED, sentence);
    }
    return new Promise((resolve) => this.#commands.set(requestId, { request, resolve, timesSent: 0 }));
  }

  /** Resolves a command with its outcome. Ignores an outcome of a command that is not pending. */
  settle(outcome: Outcome): void {
    const command = this.#commands.get(outcome.requestId);
    this.#commands.delete(outcome.requestId);
    command?.resolve(outcome);
  }

  /** Resolves every command as `unanswered`. */
  abandon(): void {
    for (const requestId of this.requestIds()) this.settle({ kind: "unanswered", requestId });
  }
}

/** The strings of a command, by the names that the application knows. */
function textsOf(command: ChatRequest["command"]): [string, string][] {
  switch (command?.$case) {
    case "sendAll":
      return [["text", command.value.text]];
    case "sendTo":
      return [
        ["username", command.value.username],
        ["text", command.value.text],
      ];
    case "edit":
      return [
        ["text", command.value.text],
        ["logId", command.value.logId],
      ];
    case "delete":
      return [["logId", command.value.logId]];
    case "textCommand":
      return [["line", command.value]];
  }
  return [];
}
