import { setTimeout as sleep } from "node:timers/promises";
import { Status } from "nice-grpc";
import type { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { Backoff } from "./backoff.ts";
import { type ChatStream, openChatStream } from "./chatStream.ts";
import { CommandSender } from "./commandSender.ts";
import { bearer, type Connection } from "./connection.ts";
import { ChatError, toChatError } from "./errors.ts";
import type { EventBuffer } from "./eventBuffer.ts";
import type { Closed } from "./events.ts";
import type { RoomOptions } from "./options.ts";
import type { PendingCommands } from "./pendingCommands.ts";
import { ResponseHandler } from "./responseHandler.ts";
import type { ResumePoint } from "./resumePoint.ts";
import { nextState, type RoomState, type StateEvent } from "./state.ts";
import { isRequestInvalid, nextStep } from "./streamEnd.ts";

/** How long a server may take to send `welcome`. */
const WELCOME_TIMEOUT_MS = 30_000;

/** The collaborators of a `ConnectionLoop`. */
export interface ConnectionLoopOptions {
  readonly connection: Connection;
  readonly room: RoomOptions;
  readonly resumePoint: ResumePoint;
  readonly pending: PendingCommands;
  readonly events: EventBuffer;
}

/**
 * Keeps a room connected: opens one `Chat` stream after the other until the room is closed. docs/client.md has the
 * states and the invariants.
 */
export class ConnectionLoop {
  readonly #connection: Connection;
  readonly #room: RoomOptions;
  readonly #pending: PendingCommands;
  readonly #events: EventBuffer;
  readonly #responses: ResponseHandler;
  readonly #sender: CommandSender;
  readonly #backoff: Backoff;
  readonly #stopped = new AbortController();
  readonly #leaving = new AbortController();
  #state: RoomState = { kind: "connecting" };
  /** Resolves when the state is no longer `connecting`. */
  #joinSettled = deferred();
  /** The open stream. No request is sent on it before its `welcome`. */
  #stream: ChatStream | undefined;
  #failures = 0;
  #lastError = new ChatError(Status.UNAVAILABLE, "The server did not answer.");

  constructor({ connection, room, resumePoint, pending, events }: ConnectionLoopOptions) {
    this.#connection = connection;
    this.#room = room;
    this.#pending = pending;
    this.#events = events;
    this.#backoff = new Backoff(room.backoff);
    this.#sender = new CommandSender(pending);
    const listener = {
      onState: (event: StateEvent) => this.#changeState(event),
      onWelcome: (join: ChatRequest) => this.#join(join),
      onAnswer: (requestId: string) => this.#sender.onAnswer(requestId),
      onResend: (requestId: string, afterMs: number) => void this.#resend(requestId, afterMs),
    };
    this.#responses = new ResponseHandler({ resumePoint, pending, events, listener, signal: this.#stopped.signal });
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Whether the room takes no more commands. */
  get isLeaving(): boolean {
    return this.#leaving.signal.aborted || this.#state.kind === "closed";
  }

  get token(): string {
    return this.#room.token;
  }

  /** Resolves when no join is in flight: the room has joined, or has no connection. */
  joinSettled(): Promise<void> {
    return this.#joinSettled.promise;
  }

  /** Sends a pending command, now or on the next stream. */
  send(requestId: string): void {
    this.#sender.send(requestId);
  }

  /** Leaves when every command is answered and everything up to the last accepted message has arrived. */
  leave(): void {
    this.#leaving.abort();
    this.#sender.stream?.end();
  }

  /** Leaves at once. */
  stop(why: Closed): void {
    this.#stopped.abort(why);
  }

  /** Runs until the room is closed. Call it once. */
  async run(): Promise<Closed> {
    const { signal } = this.#room;
    const abort = () => this.stop({ kind: "aborted" });
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    const firstConnect = this.#limitFirstConnect();
    const why = await this.#runStreams();
    clearTimeout(firstConnect);
    signal?.removeEventListener("abort", abort);
    this.#changeState({ kind: "close", why });
    this.#pending.abandon();
    this.#events.end({ kind: "closed", why }, why.kind === "aborted");
    return why;
  }

  async #runStreams(): Promise<Closed> {
    const stopped = this.#stopped.signal;
    while (!stopped.aborted) {
      if (this.#isSettled && this.#responses.isComplete) return { kind: "left" };
      const error = await this.#runStream();
      if (stopped.aborted) break;
      const { goodbye } = this.#responses;
      const unreadable = isRequestInvalid(error, goodbye)
        ? this.#sender.rejectUnreadable(goodbye !== undefined)
        : undefined;
      const done = this.#isSettled && (error === undefined || this.#responses.isComplete);
      const next = nextStep({ error, goodbye, unreadable, done });
      if (next.kind !== "retry") return next;
      const { cause, atLeastMs } = next;
      // An unreadable command needs no backoff: the server is healthy, and the command is not sent again.
      const willRetryInMs = atLeastMs + (unreadable === "command" ? 0 : this.#backoff.next());
      this.#connection.replaceIfUnusable(goodbye?.reason ?? cause.reason);
      this.#failures += 1;
      this.#lastError = cause;
      this.#changeState({ kind: "lost", retryInMs: willRetryInMs, cause });
      const failures = this.#failures;
      await this.#events.put({ kind: "disconnected", willRetryInMs, failures, cause }, undefined, stopped);
      await this.#waitForRetry(willRetryInMs);
    }
    return stopped.reason;
  }

  /** Runs one stream to its end. Resolves with its error; undefined: it ended with `OK`. */
  async #runStream(): Promise<ChatError | undefined> {
    this.#changeState({ kind: "attempt" });
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), WELCOME_TIMEOUT_MS);
    const signal = AbortSignal.any([timeout.signal, this.#stopped.signal]);
    const stream = openChatStream(this.#connection.service, bearer(this.#room.token), signal);
    this.#stream = stream;
    this.#responses.beginStream();
    this.#sender.beginStream();
    try {
      for await (const response of stream.responses) {
        clearTimeout(timer);
        await this.#responses.handle(response);
      }
      return undefined;
    } catch (error) {
      return timeout.signal.aborted
        ? new ChatError(Status.DEADLINE_EXCEEDED, `The server sent no welcome within ${WELCOME_TIMEOUT_MS} ms.`)
        : this.#connection.explain(toChatError(error));
    } finally {
      clearTimeout(timer);
      this.#stream = undefined;
      this.#sender.detach();
    }
  }

  /**
   * Sends the join, then the pending commands. The join follows the `welcome`, which says whether the cursor belongs to
   * the server's log (docs/decisions/0016-the-join-follows-the-welcome.md).
   */
  #join(join: ChatRequest): void {
    if (this.#stream === undefined) return;
    this.#stream.send(join);
    this.#sender.attach(this.#stream);
    if (this.#leaving.signal.aborted) this.#stream.end();
  }

  async #resend(requestId: string, afterMs: number): Promise<void> {
    const { stream } = this.#sender;
    await sleep(afterMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    // A newer stream has sent all pending commands already.
    if (this.#sender.stream === stream) this.send(requestId);
  }

  /** Whether the room is leaving and every command is answered. */
  get #isSettled(): boolean {
    return this.#leaving.signal.aborted && this.#pending.size === 0;
  }

  #changeState(event: StateEvent): void {
    const before = this.#state.kind;
    this.#state = nextState(this.#state, event);
    if (this.#state.kind !== "connecting") this.#joinSettled.resolve();
    else if (before !== "connecting") this.#joinSettled = deferred();
    if (event.kind !== "caughtUp") return;
    this.#backoff.reset();
    this.#failures = 0;
  }

  /**
   * Waits before the next attempt. `leave()` ends a wait that has begun, because there may be nothing left to reconnect
   * for. Waits that begin after `leave()` last their full time.
   */
  async #waitForRetry(ms: number): Promise<void> {
    const stopped = this.#stopped.signal;
    const leaving = this.#leaving.signal;
    const signal = leaving.aborted ? stopped : AbortSignal.any([stopped, leaving]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  #limitFirstConnect(): NodeJS.Timeout | undefined {
    const { firstConnectMs } = this.#room;
    if (firstConnectMs === undefined) return undefined;
    return setTimeout(() => {
      if (!this.#responses.hasConnected) this.stop({ kind: "unreached", cause: this.#lastError });
    }, firstConnectMs);
  }
}

/** `Promise.withResolvers()`, which Node.js 20 does not have. */
function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
