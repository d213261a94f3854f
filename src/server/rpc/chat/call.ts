import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import type { ChatRequest } from "../../../gen/obrolan/v1/chat.ts";
import type { Goodbye } from "../../chat/events.ts";
import type { Sink, Stream } from "../../chat/stream.ts";
import type { ChatNode } from "../../node/node.ts";
import { sessionOf } from "../auth.ts";
import { CHAT_PATH } from "../definition.ts";
import { type CallFailure, failureAfter, failureOf, nameOf } from "../failure.ts";
import { InvalidRequest } from "../invalidRequest.ts";
import { toCommand } from "./command.ts";
import { CommandPacer } from "./commandPacer.ts";
import { http2StreamOf, resetStream, writeMessage } from "./http2Stream.ts";

/** What `Chat` needs beside the room. */
export interface ChatParts {
  readonly room: ChatNode;
  readonly report: (error: unknown) => void;
  /** Whether responses are written to the HTTP/2 stream behind the call: tried out (tryOut.ts). Else they go the public way. */
  readonly direct: boolean;
}

/**
 * `Chat` on grpc-js's own call (docs/decisions/0002-chat-on-grpc-js.md): a response is written when the one before has left,
 * which only that call reports, and a request is read when the one before is carried out.
 */
export function chatInterceptor(parts: ChatParts): ServerInterceptor {
  const turns = new CommandPacer();
  return (method, call) =>
    method.path === CHAT_PATH
      ? new ServerInterceptingCall(call, { start: () => new ChatCall(parts, call, turns).start() })
      : new ServerInterceptingCall(call);
}

/** One call of `Chat`: the wire below a stream of the room. */
class ChatCall implements Sink {
  readonly #parts: ChatParts;
  readonly #pacer: CommandPacer;
  readonly #call: ServerInterceptingCallInterface;
  readonly #http2;
  /** A response has left; not where its stream broke: that is closed, and hears of it by `onCancel`. */
  readonly #onFlushed = (error?: Error | null) => {
    if (error === undefined || error === null) this.#stream?.flushed();
  };
  #stream: Stream | undefined;
  /** The request that the stream ends for. */
  #invalid: InvalidRequest | undefined;
  #isOver = false;

  constructor(parts: ChatParts, call: ServerInterceptingCallInterface, turns: CommandPacer) {
    this.#pacer = turns;
    this.#parts = parts;
    this.#call = call;
    this.#http2 = parts.direct ? http2StreamOf(call) : undefined;
  }

  start(): void {
    // A stream that the client resets while it is written to emits an error, which nobody else listens for.
    this.#http2?.on("error", () => {});
    this.#call.start({
      onReceiveMetadata: (metadata) => void this.#open(metadata),
      onReceiveMessage: (request: ChatRequest | InvalidRequest) => void this.#receive(request),
      onReceiveHalfClose: () => this.#stream?.halfClose(),
      onCancel: () => this.#close(),
    });
  }

  send(response: Uint8Array): void {
    if (!this.#canWrite()) return;
    if (this.#http2 === undefined) {
      this.#call.sendMessage(response, this.#onFlushed);
    } else {
      if (!this.#http2.headersSent) this.#call.sendMetadata(new Metadata());
      writeMessage(this.#http2, response, this.#onFlushed);
    }
  }

  end(goodbye?: Goodbye): void {
    const wasInvalid = goodbye?.reason === "REQUEST_INVALID" && this.#invalid !== undefined;
    const failure = wasInvalid ? failureOf(this.#invalid, this.#parts.report) : goodbye && failureAfter(goodbye);
    this.#sendStatus(failure ?? { code: status.OK, message: "", trailers: {} });
  }

  reset(): void {
    if (this.#http2 !== undefined) resetStream(this.#http2);
    else this.#sendStatus({ code: status.CANCELLED, message: "The stream was not read.", trailers: {} });
  }

  async #open(metadata: Metadata): Promise<void> {
    try {
      const session = await sessionOf(metadata.get("authorization")[0], this.#parts.room.signIn);
      if (this.#isOver) return;
      this.#stream = this.#parts.room.enter(session, this);
      this.#call.startRead();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #receive(request: ChatRequest | InvalidRequest): Promise<void> {
    if (request instanceof InvalidRequest) {
      this.#invalid = request;
      this.#stream?.refuse();
      return;
    }
    await this.#stream?.receive(request.requestId, toCommand(request));
    const turn = this.#pacer.next();
    if (turn !== undefined) await turn;
    if (!this.#isOver) this.#call.startRead();
  }

  /** False once grpc-js has ended the call by itself. */
  #canWrite(): boolean {
    return !this.#isOver && this.#http2?.writableEnded !== true && this.#http2?.destroyed !== true;
  }

  #fail(error: unknown): void {
    const failure = failureOf(error, this.#parts.report);
    this.#parts.room.counters.failedCalls.add(nameOf(failure));
    this.#sendStatus(failure);
  }

  #sendStatus({ code, message, trailers }: CallFailure): void {
    if (!this.#canWrite()) return;
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
    this.#call.sendStatus({ code, details: message, metadata });
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream?.closed();
  }
}
