import { randomUUID } from "node:crypto";
import { Status } from "nice-grpc";
import type { ChatRequest, ChatResponse, Event, Gap, Welcome } from "../gen/obrolan/v1/chat.ts";
import type { EventBuffer } from "./buffer.ts";
import { ChatError } from "./errors.ts";
import type { GoodbyeEvent, Outcome, RoomEvent } from "./events.ts";
import type { PendingCommands } from "./pendingCommands.ts";
import type { Cursor, ResumePoint } from "./resumePoint.ts";
import type { Change } from "./state.ts";
import { NO_LIMITS, toOutcome, toRoomEvent } from "./translate.ts";

/** What reading needs. */
export interface ResponseHandlerParts {
  readonly place: ResumePoint;
  readonly pending: PendingCommands;
  readonly events: EventBuffer;
  /** Ends every wait for space in the buffer. */
  readonly signal: AbortSignal;
  readonly change: (what: Change) => void;
  /** The server has let us in: the stream is to begin with this join. */
  readonly begin: (join: ChatRequest) => void;
  /** The stream has answered a command. */
  readonly answered: (requestId: string) => void;
  /** A command is to be sent once more, after so many milliseconds. */
  readonly again: (requestId: string, afterMs: number) => void;
}

/** Reads what the server sends: answers go to their commands, events to the application, cursors to the place. */
export class ResponseHandler {
  readonly #parts: ResponseHandlerParts;
  /** Undefined: there was no `welcome` on this stream. */
  #joinId: string | undefined;
  #goodbye: GoodbyeEvent | undefined;
  #welcomed = false;
  #caughtUp = false;
  #lastAccepted = 0n;

  constructor(parts: ResponseHandlerParts) {
    this.#parts = parts;
  }

  /** The `goodbye` of the stream that was read last, if it said one. */
  get goodbye(): GoodbyeEvent | undefined {
    return this.#goodbye;
  }

  /** The server has let us in once. */
  get welcomed(): boolean {
    return this.#welcomed;
  }

  /** It has caught up once, and everything up to our last message has come. */
  get complete(): boolean {
    return this.#caughtUp && (this.#parts.place.cursor?.id ?? 0n) >= this.#lastAccepted;
  }

  /** A new stream is opened. */
  reset(): void {
    this.#goodbye = undefined;
    this.#joinId = undefined;
  }

  /** Takes a response, as soon as there is space for its events. Throws a `ChatError` where the join was refused. */
  async take({ events, cursor }: ChatResponse): Promise<void> {
    // Answers first: a command need not wait until there is space for events.
    for (const event of events) this.#answer(toOutcome(event));
    // The join is the first request, so whatever else follows the welcome follows the join.
    if (this.#joinId !== undefined && !events.some(({ event }) => event?.$case === "goodbye")) {
      this.#parts.change({ kind: "joined" });
    }
    for (const event of events) await this.#pass(event);
    if (cursor !== 0n) this.#parts.events.reach(this.#parts.place.reach(cursor));
  }

  #answer(outcome: Outcome | undefined): void {
    if (outcome === undefined) return;
    if (outcome.kind === "rejected" && outcome.requestId === this.#joinId) {
      const { message, reason, retryAfterMs } = outcome;
      throw new ChatError(Status.UNAVAILABLE, message, { reason, retryAfterMs });
    }
    if (outcome.kind === "accepted" && outcome.id > this.#lastAccepted) this.#lastAccepted = outcome.id;
    if (this.#parts.pending.isOpen(outcome)) this.#parts.again(outcome.requestId, retryAfterOf(outcome));
    else this.#parts.pending.settle(outcome);
    this.#parts.answered(outcome.requestId);
  }

  async #pass(wire: Event): Promise<void> {
    const { place } = this.#parts;
    switch (wire.event?.$case) {
      case "welcome":
        return this.#welcome(wire.event.value);
      case "caughtUp":
        return this.#catchUp(wire.event.value.id);
      case "gap":
        return this.#gap(wire.event.value);
    }
    const event = toRoomEvent(wire, (id) => place.isReplayed(id));
    if (event?.kind === "goodbye") this.#goodbye = event;
    if (event !== undefined) await this.#put(event, event.kind === "message" ? place.reach(event.id) : undefined);
  }

  async #welcome({ username, logId, headId, limits = NO_LIMITS, serverVersion }: Welcome): Promise<void> {
    if (this.#joinId !== undefined) return;
    const again = this.#welcomed;
    const { join, logChanged } = this.#parts.place.welcome({ logId, headId, maxRecent: limits.maxRecent });
    // Ids of another log say nothing about this one.
    if (logChanged) this.#lastAccepted = 0n;
    this.#welcomed = true;
    this.#joinId = randomUUID();
    // Before the event is put: there may be no space for it.
    this.#parts.begin({ requestId: this.#joinId, command: { $case: "join", value: join } });
    const event: RoomEvent = { kind: "connected", username, logId, headId, limits, serverVersion, again, logChanged };
    return this.#put(event, this.#parts.place.cursor);
  }

  #catchUp(id: bigint): Promise<void> {
    const again = this.#caughtUp;
    this.#caughtUp = true;
    this.#parts.change({ kind: "caughtUp" });
    return this.#put({ kind: "caughtUp", id, again }, this.#parts.place.reach(id));
  }

  #gap({ oldestId }: Gap): Promise<void> {
    const { missed, cursor } = this.#parts.place.gap(oldestId);
    return this.#put({ kind: "gap", oldestId, missed }, cursor);
  }

  #put(event: RoomEvent, cursor: Cursor | undefined): Promise<void> {
    return this.#parts.events.put(event, cursor, this.#parts.signal);
  }
}

/** In milliseconds. */
function retryAfterOf(outcome: Outcome): number {
  return (outcome.kind === "rejected" ? outcome.retryAfterMs : undefined) ?? 1_000;
}
