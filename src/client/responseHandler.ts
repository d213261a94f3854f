import { randomUUID } from "node:crypto";
import { Status } from "nice-grpc";
import type { ChatRequest, ChatResponse, Event, Gap, Welcome } from "../gen/obrolan/v1/chat.ts";
import { ChatError } from "./errors.ts";
import type { EventBuffer } from "./eventBuffer.ts";
import type { GoodbyeEvent, Outcome, RoomEvent } from "./events.ts";
import type { PendingCommands } from "./pendingCommands.ts";
import type { Cursor, ResumePoint } from "./resumePoint.ts";
import type { StateEvent } from "./state.ts";
import { cursorIdOf, NO_LIMITS, toOutcome, toRoomEvent } from "./translate.ts";

/** The collaborators of a `ResponseHandler`. */
export interface ResponseHandlerOptions {
  readonly resumePoint: ResumePoint;
  readonly pending: PendingCommands;
  readonly events: EventBuffer;
  readonly listener: StreamListener;
  /** Ends every wait for space in the buffer. */
  readonly signal: AbortSignal;
}

/** What a `ResponseHandler` reports about the stream. */
export interface StreamListener {
  onState(event: StateEvent): void;
  /** The server sent `welcome`: the stream must now send this join. */
  onWelcome(join: ChatRequest): void;
  /** The server answered a command. */
  onAnswer(requestId: string): void;
  /** A command must be sent once more, after this many milliseconds. */
  onResend(requestId: string, afterMs: number): void;
}

/**
 * Handles the server's responses: answers settle commands, events go to the application, cursors to the resume point.
 */
export class ResponseHandler {
  readonly #resumePoint: ResumePoint;
  readonly #pending: PendingCommands;
  readonly #events: EventBuffer;
  readonly #listener: StreamListener;
  readonly #signal: AbortSignal;
  /** Undefined: no `welcome` came on this stream. */
  #joinId: string | undefined;
  #goodbye: GoodbyeEvent | undefined;
  #hasConnected = false;
  #hasCaughtUp = false;
  #lastAcceptedId = 0n;

  constructor({ resumePoint, pending, events, listener, signal }: ResponseHandlerOptions) {
    this.#resumePoint = resumePoint;
    this.#pending = pending;
    this.#events = events;
    this.#listener = listener;
    this.#signal = signal;
  }

  /** The `goodbye` of the current or last stream. */
  get goodbye(): GoodbyeEvent | undefined {
    return this.#goodbye;
  }

  /** Whether any stream got a `welcome`. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** Whether the room has caught up once, and has received everything up to its own last accepted message. */
  get isComplete(): boolean {
    return this.#hasCaughtUp && (this.#resumePoint.cursor?.id ?? 0n) >= this.#lastAcceptedId;
  }

  /** A new stream was opened. */
  beginStream(): void {
    this.#goodbye = undefined;
    this.#joinId = undefined;
  }

  /** Handles a response. Resolves when its events are in the buffer. Throws a `ChatError` if the join was rejected. */
  async handle({ events, cursor }: ChatResponse): Promise<void> {
    // Answers first: they need no space in the event buffer.
    for (const event of events) this.#handleAnswer(toOutcome(event));
    // The join is the first request, so any response after the welcome shows that the join took effect.
    if (this.#joinId !== undefined && !events.some(({ event }) => event?.$case === "goodbye")) {
      this.#listener.onState({ kind: "joined" });
    }
    for (const event of events) await this.#handleEvent(event);
    if (cursor !== 0n) this.#events.advanceTo(this.#resumePoint.advanceTo(cursor));
  }

  #handleAnswer(outcome: Outcome | undefined): void {
    if (outcome === undefined) return;
    if (outcome.kind === "rejected" && outcome.requestId === this.#joinId) {
      const { message, reason, retryAfterMs } = outcome;
      throw new ChatError(Status.UNAVAILABLE, message, { reason, retryAfterMs });
    }
    if (outcome.kind === "accepted" && outcome.id > this.#lastAcceptedId) this.#lastAcceptedId = outcome.id;
    if (this.#pending.isInconclusive(outcome)) {
      this.#listener.onResend(outcome.requestId, retryAfterMsOf(outcome));
    } else {
      this.#pending.settle(outcome);
    }
    this.#listener.onAnswer(outcome.requestId);
  }

  async #handleEvent(wire: Event): Promise<void> {
    switch (wire.event?.$case) {
      case "welcome":
        return this.#handleWelcome(wire.event.value);
      case "caughtUp":
        return this.#handleCaughtUp(wire.event.value.id);
      case "gap":
        return this.#handleGap(wire.event.value);
    }
    const event = toRoomEvent(wire, (id) => this.#resumePoint.isReplayed(id));
    if (event?.kind === "goodbye") this.#goodbye = event;
    if (event === undefined) return;
    const id = cursorIdOf(event);
    await this.#put(event, id === undefined ? undefined : this.#resumePoint.advanceTo(id));
  }

  async #handleWelcome(welcome: Welcome): Promise<void> {
    if (this.#joinId !== undefined) return;
    const { username, logId, headId, readUpTo, limits = NO_LIMITS, serverVersion } = welcome;
    const again = this.#hasConnected;
    const { join, logChanged } = this.#resumePoint.welcome({ logId, headId, maxRecent: limits.maxRecent });
    // The last accepted id belongs to the old log.
    if (logChanged) this.#lastAcceptedId = 0n;
    this.#hasConnected = true;
    this.#joinId = randomUUID();
    // Join first: the buffer may have no space for the event.
    this.#listener.onWelcome({ requestId: this.#joinId, command: { $case: "join", value: join } });
    const known = { username, logId, headId, readUpTo, limits, serverVersion };
    return this.#put({ kind: "connected", ...known, again, logChanged }, this.#resumePoint.cursor);
  }

  #handleCaughtUp(id: bigint): Promise<void> {
    const again = this.#hasCaughtUp;
    this.#hasCaughtUp = true;
    this.#listener.onState({ kind: "caughtUp" });
    return this.#put({ kind: "caughtUp", id, again }, this.#resumePoint.advanceTo(id));
  }

  #handleGap({ oldestId }: Gap): Promise<void> {
    const { missed, cursor } = this.#resumePoint.gap(oldestId);
    return this.#put({ kind: "gap", oldestId, missed }, cursor);
  }

  #put(event: RoomEvent, cursor: Cursor | undefined): Promise<void> {
    return this.#events.put(event, cursor, this.#signal);
  }
}

function retryAfterMsOf(outcome: Outcome): number {
  return (outcome.kind === "rejected" ? outcome.retryAfterMs : undefined) ?? 1_000;
}
