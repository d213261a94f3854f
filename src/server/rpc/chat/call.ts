import type { ServerHttp2Stream } from "node:http2";
import { Metadata, type ServerInterceptingCallInterface, status } from "@grpc/grpc-js";
import type { ChatRequest } from "../../../gen/obrolan/v1/chat.ts";
import type { Goodbye } from "../../chat/events.ts";
import type { Sink, Stream } from "../../chat/stream.ts";
import type { ChatNode } from "../../node/node.ts";
import { sessionOf } from "../auth.ts";
import type { CallCounters } from "../callCounters.ts";
import { type CallFailure, failureAfter, failureOf } from "../failure.ts";
import { InvalidRequest } from "../invalidRequest.ts";
import type { BlockedWrites } from "./blockedWrites.ts";
import { toCommand } from "./command.ts";
import type { CommandPacer } from "./commandPacer.ts";
import { resetStream, writeMessage } from "./http2Stream.ts";
import type { SharedFrames } from "./sharedFrames.ts";

/** The parts that all calls of `Chat` on one server share. */
export interface ChatCallParts {
  readonly node: ChatNode;
  readonly counters: CallCounters;
  readonly pacer: CommandPacer;
  readonly frames: SharedFrames;
  /** On Bun only. */
  readonly blockedWrites: BlockedWrites | undefined;
  /** Receives the errors that the operator should know of. */
  readonly report: (error: unknown) => void;
}

/** One call of `Chat`: the wire below a stream. */
export class ChatCall implements Sink {
  readonly #parts: ChatCallParts;
  readonly #call: ServerInterceptingCallInterface;
  readonly #http2: ServerHttp2Stream | undefined;
  /**
   * Called when a response has been written. With an error the HTTP/2 stream broke, and grpc-js also calls `onCancel`.
   */
  readonly #onFlushed = (error?: Error | null) => {
    if (this.#http2 !== undefined) this.#parts.blockedWrites?.flushed(this.#http2);
    if (error === undefined || error === null) this.#stream?.flushed();
  };
  #stream: Stream | undefined;
  /** The invalid request that ends the stream; its status is that of the call. */
  #invalid: InvalidRequest | undefined;
  #isOver = false;

  /** `http2`: the stream to which responses are written. If it is undefined, `sendMessage` of the call writes them. */
  constructor(parts: ChatCallParts, call: ServerInterceptingCallInterface, http2: ServerHttp2Stream | undefined) {
    this.#parts = parts;
    this.#call = call;
    this.#http2 = http2;
  }

  /** Starts the call: opens a stream when the client's metadata has arrived. */
  start(): void {
    // If the client resets the HTTP/2 stream during a write, the stream emits an error. `onCancel` handles it.
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
      writeMessage(this.#http2, response, this.#parts.frames, this.#onFlushed);
      this.#parts.blockedWrites?.written(this.#http2);
    }
  }

  end(goodbye?: Goodbye): void {
    const isInvalid = goodbye?.reason === "REQUEST_INVALID" && this.#invalid !== undefined;
    const failure = isInvalid ? failureOf(this.#invalid, this.#parts.report) : goodbye && failureAfter(goodbye);
    this.#sendStatus(failure ?? { code: status.OK, message: "", trailers: {} });
  }

  reset(): void {
    if (this.#http2 !== undefined) resetStream(this.#http2);
    else this.#sendStatus({ code: status.CANCELLED, message: "The stream was not read.", trailers: {} });
  }

  async #open(metadata: Metadata): Promise<void> {
    const { node } = this.#parts;
    try {
      const session = await sessionOf(metadata.get("authorization")[0], node.signIn);
      if (this.#isOver) return;
      this.#stream = await node.enter(session, this);
      if (this.#isOver) this.#stream.closed();
      else this.#call.startRead();
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
    const turn = this.#parts.pacer.next();
    if (turn !== undefined) await turn;
    if (!this.#isOver) this.#call.startRead();
  }

  /** False if the call is over, or if grpc-js has ended it. */
  #canWrite(): boolean {
    return !this.#isOver && this.#http2?.writableEnded !== true && this.#http2?.destroyed !== true;
  }

  #fail(error: unknown): void {
    const failure = failureOf(error, this.#parts.report);
    this.#parts.counters.failed(failure);
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
    if (this.#http2 !== undefined) this.#parts.blockedWrites?.flushed(this.#http2);
    this.#stream?.closed();
  }
}
