import { randomUUID } from "node:crypto";
import { Status } from "nice-grpc";
import type { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { EventBuffer } from "./buffer.ts";
import type { Connection } from "./connection.ts";
import { ConnectionLoop } from "./connectionLoop.ts";
import { ChatError } from "./errors.ts";
import type { Closed, Outcome, RoomEvent } from "./events.ts";
import { checkCommand, checkRoomOptions, type RoomOptions } from "./options.ts";
import { PendingCommands } from "./pendingCommands.ts";
import { type Cursor, ResumePoint } from "./resumePoint.ts";
import type { Rooms } from "./rooms.ts";
import type { RoomState } from "./state.ts";

/** What a command may be given. */
export interface CommandOptions {
  /** At most 64 bytes; makes the command safe to send again, in another room too. Default: a new UUID. */
  requestId?: string;
}

/**
 * The room, from inside. It comes back by itself whenever the connection is lost, misses nothing, and sends again what was not
 * answered.
 *
 * It is an iterable of what happens. Take the events, or everything stops once the buffer is full, answers to commands too:
 * they come on the same connection. Leaving a loop does not leave the room; the next loop goes on where that one stopped.
 */
export class Room implements AsyncIterable<RoomEvent> {
  /** Resolves when the room is closed, with why. Never rejects. */
  readonly closed: Promise<Closed>;
  readonly #pending: PendingCommands;
  readonly #events: EventBuffer;
  readonly #loop: ConnectionLoop;

  /** For `ChatClient.enter`. `rooms` remembers the room until it is closed. */
  constructor(connection: Connection, options: RoomOptions, rooms: Rooms) {
    checkRoomOptions(options);
    const place = new ResumePoint(options);
    this.#pending = new PendingCommands(options.maxPending ?? 256);
    this.#events = new EventBuffer(options.maxEvents ?? 1024, place.cursor);
    this.#loop = new ConnectionLoop({ connection, options, place, pending: this.#pending, events: this.#events });
    this.closed = this.#loop.run();
    rooms.add(this.#loop, this.closed);
  }

  /** Where the connection stands. */
  get state(): RoomState {
    return this.#loop.state;
  }

  /**
   * Everything up to here has been taken from the iterator. Keep it, and enter with it next time to miss nothing.
   * Undefined before the first `connected` was taken, unless the room was entered with a cursor.
   */
  get cursor(): Cursor | undefined {
    return this.#events.taken;
  }

  /** How many commands wait for their answers. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Says something to everyone. */
  sendAll(text: string, options?: CommandOptions): Promise<Outcome> {
    return this.#command({ $case: "sendAll", value: { text } }, options);
  }

  /** Says something to one user who is online. */
  sendTo(username: string, text: string, options?: CommandOptions): Promise<Outcome> {
    return this.#command({ $case: "sendTo", value: { username, text } }, options);
  }

  /** Asks for the commands that a person can type. */
  help(options?: CommandOptions): Promise<Outcome> {
    return this.#command({ $case: "help", value: {} }, options);
  }

  /** Passes on a command line as a person typed it. */
  typed(line: string, options?: CommandOptions): Promise<Outcome> {
    return this.#command({ $case: "textCommand", value: line }, options);
  }

  /**
   * Leaves. Resolves when every command was answered and everything up to one's last message has come; where the connection is
   * lost before that, it comes back for it. Keep taking events meanwhile. `abort()` cuts it short.
   */
  close(): Promise<Closed> {
    this.#loop.leave();
    return this.closed;
  }

  /** Leaves at once. Events that were not taken are dropped; commands without an answer are `unanswered`. */
  abort(): void {
    this.#loop.stop({ kind: "aborted" });
  }

  [Symbol.asyncIterator](): AsyncIterator<RoomEvent, void> {
    return { next: () => this.#events.take() };
  }

  async #command(command: ChatRequest["command"], options: CommandOptions = {}): Promise<Outcome> {
    checkCommand(command, options);
    const { requestId = randomUUID() } = options;
    if (this.#loop.leaving) throw new ChatError(Status.FAILED_PRECONDITION, "The room has been left.");
    const request: ChatRequest = { requestId, command };
    const outcome = this.#pending.add(request);
    this.#loop.send(requestId);
    return outcome;
  }
}
