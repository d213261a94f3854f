import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Status } from "nice-grpc";
import type { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import type { Connection } from "./connection.ts";
import { ConnectionLoop } from "./connectionLoop.ts";
import { ChatError } from "./errors.ts";
import { EventBuffer } from "./eventBuffer.ts";
import type { Closed, Outcome, RoomEvent } from "./events.ts";
import { checkCommand, checkRoomOptions, type RoomOptions } from "./options.ts";
import { PendingCommands } from "./pendingCommands.ts";
import { type Cursor, ResumePoint } from "./resumePoint.ts";
import type { RoomState } from "./state.ts";

/** The options of a command. */
export interface CommandOptions {
  /** At most 64 bytes. Makes the command safe to resend, also in another room. Default: a new UUID. */
  requestId?: string;
}

/** The options of a message. */
export interface SendAllOptions extends CommandOptions {
  /** The id of the message that this one replies to. Default: it is not a reply. */
  replyTo?: bigint;
}

/** The options of a private message. */
export interface SendToOptions extends SendAllOptions {
  /** Send the message although the user is not online: it waits in the log. Default: false. */
  evenIfOffline?: boolean;
}

/** The options of an edit or a deletion. */
export interface ChangeOptions extends CommandOptions {
  /**
   * The log that the id belongs to. The server rejects an id of another log with `MESSAGE_UNKNOWN`. Default: the log
   * of `room.cursor`; without a cursor, the log is not compared.
   */
  logId?: string;
}

/**
 * A user's connection to the chat room. It reconnects when the connection is lost, misses no message, and resends
 * commands without an answer.
 *
 * It is an async iterable of events. Keep taking them: while the event buffer is full, nothing is read from the
 * connection, and answers to commands stop too. Ending a loop does not leave the room; the next loop continues after
 * the last event taken.
 */
export class Room implements AsyncIterable<RoomEvent> {
  /** Resolves with the reason when the room is closed. Never rejects. */
  readonly closed: Promise<Closed>;
  readonly #pending: PendingCommands;
  readonly #events: EventBuffer;
  readonly #loop: ConnectionLoop;

  /** For `ChatClient.enter`, which passes the client's `openRooms`. */
  constructor(connection: Connection, options: RoomOptions, openRooms: OpenRooms) {
    checkRoomOptions(options);
    const resumePoint = new ResumePoint(options);
    this.#pending = new PendingCommands(options.maxPending ?? 256);
    this.#events = new EventBuffer(options.maxEvents ?? 1024, resumePoint.cursor);
    this.#loop = new ConnectionLoop({
      connection,
      room: options,
      resumePoint,
      pending: this.#pending,
      events: this.#events,
    });
    this.closed = this.#loop.run();
    openRooms.add(this.#loop, this.closed);
  }

  /** The state of the connection. */
  get state(): RoomState {
    return this.#loop.state;
  }

  /**
   * The cursor of the last event that was taken from the iterator. Save it, and enter with it next time to miss
   * nothing. Undefined before the first `connected` was taken, unless the room was entered with a cursor.
   */
  get cursor(): Cursor | undefined {
    return this.#events.takenCursor;
  }

  /** The number of commands without an answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Sends a message to everyone. */
  sendAll(text: string, options?: SendAllOptions): Promise<Outcome> {
    return this.#command({ $case: "sendAll", value: { text, replyTo: options?.replyTo ?? 0n } }, options);
  }

  /** Sends a message to one user, who must be online, unless `evenIfOffline` is set. */
  sendTo(username: string, text: string, options?: SendToOptions): Promise<Outcome> {
    const { replyTo = 0n, evenIfOffline = false } = options ?? {};
    return this.#command({ $case: "sendTo", value: { username, text, evenIfOffline, replyTo } }, options);
  }

  /** Replaces the text of one of the user's own messages. */
  edit(id: bigint, text: string, options?: ChangeOptions): Promise<Outcome> {
    return this.#command({ $case: "edit", value: { id, text, logId: this.#logIdOf(options) } }, options);
  }

  /** Deletes one of the user's own messages. Its text is erased. */
  remove(id: bigint, options?: ChangeOptions): Promise<Outcome> {
    return this.#command({ $case: "delete", value: { id, logId: this.#logIdOf(options) } }, options);
  }

  /** Asks for the commands that a person can type. */
  help(options?: CommandOptions): Promise<Outcome> {
    return this.#command({ $case: "help", value: {} }, options);
  }

  /** Sends a command line as a person typed it; the server parses it. */
  typed(line: string, options?: CommandOptions): Promise<Outcome> {
    return this.#command({ $case: "textCommand", value: line }, options);
  }

  /**
   * Leaves. Resolves when every command is answered and everything up to the user's last accepted message has arrived.
   * If the connection is lost before that, the room reconnects first. Keep taking events meanwhile. `abort()` ends the
   * wait.
   */
  close(): Promise<Closed> {
    this.#loop.leave();
    return this.closed;
  }

  /** Leaves at once. Drops the events that were not taken; commands without an answer resolve as `unanswered`. */
  abort(): void {
    this.#loop.stop({ kind: "aborted" });
  }

  [Symbol.asyncIterator](): AsyncIterator<RoomEvent, void> {
    return { next: () => this.#events.take() };
  }

  /**
   * The log that an id of the application belongs to. An edit that waits for the connection could otherwise change
   * another message, if the server is restored from a backup meanwhile.
   */
  #logIdOf(options: ChangeOptions | undefined): string {
    return options?.logId ?? this.cursor?.logId ?? "";
  }

  async #command(command: ChatRequest["command"], options: CommandOptions = {}): Promise<Outcome> {
    checkCommand(command, options);
    const { requestId = randomUUID() } = options;
    if (this.#loop.isLeaving) throw new ChatError(Status.FAILED_PRECONDITION, "The room has been left.");
    const request: ChatRequest = { requestId, command };
    const outcome = this.#pending.add(request);
    this.#loop.send(requestId);
    return outcome;
  }
}

/** The open rooms of one client. */
export class OpenRooms {
  readonly #loops = new Set<ConnectionLoop>();

  /** Adds a room, and removes it when it is closed. */
  add(loop: ConnectionLoop, closed: Promise<unknown>): void {
    this.#loops.add(loop);
    void closed.then(() => this.#loops.delete(loop));
  }

  /**
   * Resolves when no room of this session has a join in flight, when `limitMs` is over, or when the signal is aborted.
   * A unary call that is made earlier may overtake the join.
   */
  async joinsSettled(token: string, limitMs: number, signal: AbortSignal): Promise<void> {
    const joins = [...this.#loops].filter((loop) => loop.token === token).map((loop) => loop.joinSettled());
    if (joins.length === 0) return;
    const done = new AbortController();
    const limit = sleep(limitMs, undefined, { signal: AbortSignal.any([signal, done.signal]) }).catch(() => {});
    await Promise.race([Promise.all(joins), limit]);
    done.abort();
  }

  /** Aborts all rooms. */
  abort(): void {
    for (const loop of this.#loops) loop.stop({ kind: "aborted" });
  }
}
