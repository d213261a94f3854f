import { setTimeout as sleep } from "node:timers/promises";
import { Status } from "nice-grpc";
import { Backoff } from "./backoff.ts";
import type { EventBuffer } from "./buffer.ts";
import { type ChatStream, openChatStream } from "./chatStream.ts";
import { bearer, type Connection } from "./connection.ts";
import type { Place } from "./cursor.ts";
import { afterwards } from "./ending.ts";
import { ChatError, toChatError } from "./errors.ts";
import type { Closed } from "./events.ts";
import type { RoomOptions } from "./options.ts";
import type { Pending } from "./pending.ts";
import { Reading } from "./reading.ts";
import { type Change, change, type RoomState } from "./state.ts";

/** How long a server may take until its `welcome`, in milliseconds. */
const WELCOME_TIMEOUT = 30_000;

/** What a stay is made of. */
export interface StayParts {
  readonly connection: Connection;
  readonly options: RoomOptions;
  readonly place: Place;
  readonly pending: Pending;
  readonly events: EventBuffer;
}

/** Stays in the room over any number of streams, one after the other. */
export class Stay {
  readonly #parts: StayParts;
  readonly #reading: Reading;
  readonly #backoff: Backoff;
  readonly #stopped = new AbortController();
  readonly #left = new AbortController();
  #state: RoomState = { kind: "connecting" };
  #stream: ChatStream | undefined;
  #failures = 0;
  #lastError = new ChatError(Status.UNAVAILABLE, "The server did not answer.");

  constructor(parts: StayParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.options.backoff);
    this.#reading = new Reading({
      ...parts,
      signal: this.#stopped.signal,
      change: (what) => this.#change(what),
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

  /** Sends a pending command; where there is no stream, the next one begins with everything that is pending. */
  send(requestId: string): void {
    if (this.#stream === undefined) return;
    const request = this.#parts.pending.request(requestId);
    if (request !== undefined) this.#stream.send(request);
  }

  leave(): void {
    this.#left.abort();
    this.#stream?.end();
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
      const done = this.#settled && (error === undefined || this.#reading.complete);
      const next = afterwards({ error, goodbye: this.#reading.goodbye, done });
      if (next.kind !== "retry") return next;
      const { cause, atLeastMs } = next;
      const willRetryInMs = atLeastMs + this.#backoff.next();
      connection.renew(this.#reading.goodbye?.reason ?? cause.reason);
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
    const { connection, options, place, pending } = this.#parts;
    this.#change({ kind: "attempt" });
    const silence = new AbortController();
    const welcome = setTimeout(() => silence.abort(), WELCOME_TIMEOUT);
    const signal = AbortSignal.any([silence.signal, this.#stopped.signal]);
    const stream = openChatStream(connection.service, bearer(options.token), signal);
    this.#stream = stream;
    stream.send(this.#reading.begin(place.join()));
    for (const request of pending.requests()) stream.send(request);
    if (this.#left.signal.aborted) stream.end();
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
      this.#stream = undefined;
    }
  }

  async #sendAgain(requestId: string, afterMs: number): Promise<void> {
    const stream = this.#stream;
    await sleep(afterMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    // Another stream has begun with it.
    if (this.#stream === stream) this.send(requestId);
  }

  /** We are leaving, and every command was answered. */
  get #settled(): boolean {
    return this.#left.signal.aborted && this.#parts.pending.size === 0;
  }

  #change(what: Change): void {
    this.#state = change(this.#state, what);
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
