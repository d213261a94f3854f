import { setTimeout as sleep } from "node:timers/promises";
import { Status } from "nice-grpc";
import type { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { Backoff } from "./backoff.ts";
import type { EventBuffer } from "./buffer.ts";
import { type ChatStream, openChatStream } from "./chatStream.ts";
import { bearer, type Connection } from "./connection.ts";
import { Deferred } from "./deferred.ts";
import { ChatError, toChatError } from "./errors.ts";
import type { Closed } from "./events.ts";
import type { RoomOptions } from "./options.ts";
import type { PendingCommands } from "./pendingCommands.ts";
import { ResponseHandler } from "./responseHandler.ts";
import type { ResumePoint } from "./resumePoint.ts";
import { Sending } from "./sending.ts";
import { type Change, change, type RoomState } from "./state.ts";
import { isRequestInvalid, nextStep } from "./streamEnd.ts";

/** How long a server may take until its `welcome`, in milliseconds. */
const WELCOME_TIMEOUT = 30_000;

/** What a stay is made of. */
export interface ConnectionLoopParts {
  readonly connection: Connection;
  readonly options: RoomOptions;
  readonly place: ResumePoint;
  readonly pending: PendingCommands;
  readonly events: EventBuffer;
}

/** Stays in the room over any number of streams, one after the other. */
export class ConnectionLoop {
  readonly #parts: ConnectionLoopParts;
  readonly #reading: ResponseHandler;
  readonly #sending: Sending;
  readonly #backoff: Backoff;
  readonly #stopped = new AbortController();
  readonly #left = new AbortController();
  #state: RoomState = { kind: "connecting" };
  /** Resolves when the state is another one than `connecting`. */
  #entered = new Deferred();
  /** Opened, and before its `welcome` nothing is sent on it. */
  #opening: ChatStream | undefined;
  #failures = 0;
  #lastError = new ChatError(Status.UNAVAILABLE, "The server did not answer.");

  constructor(parts: ConnectionLoopParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.options.backoff);
    this.#sending = new Sending(parts.pending);
    this.#reading = new ResponseHandler({
      ...parts,
      signal: this.#stopped.signal,
      change: (what) => this.#change(what),
      begin: (join) => this.#begin(join),
      answered: (requestId) => this.#sending.answered(requestId),
      again: (requestId, afterMs) => void this.#sendAgain(requestId, afterMs),
    });
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Nothing more can be said. */
  get leaving(): boolean {
    return this.#left.signal.aborted || this.#state.kind === "closed";
  }

  /** Whose room it is. */
  get token(): string {
    return this.#parts.options.token;
  }

  /** Resolves when it is not being joined: it has joined, or has no connection. */
  entered(): Promise<void> {
    return this.#entered.promise;
  }

  /** Sends a pending command, now or when there is a stream. */
  send(requestId: string): void {
    this.#sending.send(requestId);
  }

  leave(): void {
    this.#left.abort();
    this.#sending.stream?.end();
  }

  stop(why: Closed): void {
    this.#stopped.abort(why);
  }

  /** Resolves when it is over. */
  async run(): Promise<Closed> {
    const { options, events, pending } = this.#parts;
    const abort = () => this.stop({ kind: "aborted" });
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener("abort", abort);
    const firstConnect = this.#limitFirstConnect();
    const why = await this.#streams();
    clearTimeout(firstConnect);
    options.signal?.removeEventListener("abort", abort);
    this.#change({ kind: "close", why });
    pending.abandon();
    events.end({ kind: "closed", why }, why.kind === "aborted");
    return why;
  }

  /** One stream after the other, until it is over. */
  async #streams(): Promise<Closed> {
    const { events, connection } = this.#parts;
    const stopped = this.#stopped.signal;
    while (!stopped.aborted) {
      if (this.#settled && this.#reading.complete) return { kind: "left" };
      const error = await this.#oneStream();
      if (stopped.aborted) break;
      const { goodbye } = this.#reading;
      const verdict = isRequestInvalid(error, goodbye) ? this.#sending.blame(goodbye !== undefined) : undefined;
      const done = this.#settled && (error === undefined || this.#reading.complete);
      const next = nextStep({ error, goodbye, verdict, done });
      if (next.kind !== "retry") return next;
      const { cause, atLeastMs } = next;
      // The server is well, and what it did not take will not come again.
      const willRetryInMs = atLeastMs + (verdict === "dropped" ? 0 : this.#backoff.next());
      connection.renew(goodbye?.reason ?? cause.reason);
      this.#failures += 1;
      this.#lastError = cause;
      this.#change({ kind: "lost", retryInMs: willRetryInMs, cause });
      const failures = this.#failures;
      await events.put({ kind: "disconnected", willRetryInMs, failures, cause }, undefined, stopped);
      await this.#wait(willRetryInMs);
    }
    return stopped.reason;
  }

  /** One stream from its first request to its end. Resolves with its error; undefined: it ended with `OK`. */
  async #oneStream(): Promise<ChatError | undefined> {
    const { connection, options } = this.#parts;
    this.#change({ kind: "attempt" });
    const silence = new AbortController();
    const welcome = setTimeout(() => silence.abort(), WELCOME_TIMEOUT);
    const signal = AbortSignal.any([silence.signal, this.#stopped.signal]);
    const stream = openChatStream(connection.service, bearer(options.token), signal);
    this.#opening = stream;
    this.#reading.reset();
    this.#sending.reset();
    try {
      for await (const response of stream.responses) {
        clearTimeout(welcome);
        await this.#reading.take(response);
      }
      return undefined;
    } catch (error) {
      return silence.signal.aborted
        ? new ChatError(Status.DEADLINE_EXCEEDED, "The server said nothing.")
        : connection.explain(toChatError(error));
    } finally {
      clearTimeout(welcome);
      this.#opening = undefined;
      this.#sending.pause();
    }
  }

  /** The join needs the `welcome`: it says whether the cursor belongs to the server's log (docs/decisions/0016-the-join-follows-the-welcome.md). */
  #begin(join: ChatRequest): void {
    if (this.#opening === undefined) return;
    this.#opening.send(join);
    this.#sending.begin(this.#opening);
    if (this.#left.signal.aborted) this.#opening.end();
  }

  async #sendAgain(requestId: string, afterMs: number): Promise<void> {
    const { stream } = this.#sending;
    await sleep(afterMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    // Another stream has begun with it.
    if (this.#sending.stream === stream) this.send(requestId);
  }

  /** We are leaving, and every command was answered. */
  get #settled(): boolean {
    return this.#left.signal.aborted && this.#parts.pending.size === 0;
  }

  #change(what: Change): void {
    const before = this.#state.kind;
    this.#state = change(this.#state, what);
    if (this.#state.kind !== "connecting") this.#entered.resolve();
    else if (before !== "connecting") this.#entered = new Deferred();
    if (what.kind !== "caughtUp") return;
    this.#backoff.reset();
    this.#failures = 0;
  }

  /** Waits for the next attempt. Leaving cuts a wait short, for there may be nothing to come back for, but only one. */
  async #wait(ms: number): Promise<void> {
    const stopped = this.#stopped.signal;
    const left = this.#left.signal;
    const signal = left.aborted ? stopped : AbortSignal.any([stopped, left]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  #limitFirstConnect(): NodeJS.Timeout | undefined {
    const { firstConnectMs } = this.#parts.options;
    if (firstConnectMs === undefined) return undefined;
    return setTimeout(() => {
      if (!this.#reading.welcomed) this.stop({ kind: "unreached", cause: this.#lastError });
    }, firstConnectMs);
  }
}
