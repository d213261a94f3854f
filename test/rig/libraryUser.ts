import { type ChatClient, connect, type Outcome, type Room, type RoomEvent } from "../../src/client/index.ts";
import { type InFlight, VirtualUser, type VirtualUserOptions } from "./virtualUser.ts";

/** Timeouts for short runs, in milliseconds: a dead connection is found in two seconds. */
const TIMES = { keepaliveMs: 1_000, keepaliveTimeoutMs: 1_000, timeoutMs: 2_000 };
const BACKOFF = { firstMs: 50, maxMs: 500 };
/** The size of the event buffer. It is small, so that the server soon notices a user who takes no more events. */
const MAX_EVENTS = 100;

/** A virtual user of the client library, which reconnects, resumes and sends again. */
export class LibraryUser extends VirtualUser {
  readonly #client: ChatClient;
  #room: Room | undefined;
  #listening: Promise<void> | undefined;
  /** Set while the application takes no events. */
  #gate: PromiseWithResolvers<void> | undefined;

  /** `keepaliveTimeoutMs`: how long the client waits for the answer to a ping before it cuts the connection. */
  constructor(options: VirtualUserOptions, keepaliveTimeoutMs = TIMES.keepaliveTimeoutMs) {
    super(options);
    this.#client = connect({ address: `127.0.0.1:${options.port()}`, ...TIMES, keepaliveTimeoutMs });
  }

  /** Enters the room and sends what is in flight. */
  start(): void {
    const { token } = this;
    this.#room = this.#client.enter({
      token,
      resumeAfter: BigInt(this.cursor),
      backoff: BACKOFF,
      maxEvents: MAX_EVENTS,
    });
    this.#listening = this.#listen(this.#room);
    for (const command of this.inFlight.values()) this.post(command);
  }

  pause(): void {
    this.#gate ??= Promise.withResolvers();
  }

  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Leaves the room: with all events taken and all commands answered, or `isAtOnce`. The user may `start` again. */
  async exit(isAtOnce = false): Promise<void> {
    this.resume();
    if (isAtOnce) this.#room?.abort();
    else await this.#room?.close();
    await this.#listening;
  }

  async leave(): Promise<void> {
    await this.exit();
    this.#client.close();
  }

  abandon(): void {
    this.resume();
    this.#room?.abort();
    this.#client.close();
  }

  protected post({ command, requestId }: InFlight): void {
    if (this.#room === undefined) return;
    send(this.#room, command, requestId).then((outcome) => this.#answer(requestId, outcome));
  }

  async #listen(room: Room): Promise<void> {
    for await (const event of room) {
      this.#event(room, event);
      const cursor = Number(room.cursor?.id ?? 0);
      if (cursor > this.cursor) this.saw({ kind: "cursor", id: cursor });
      await this.#gate?.promise;
    }
  }

  #event(room: Room, event: RoomEvent): void {
    switch (event.kind) {
      case "connected": {
        const { id = 0n, logId = "" } = room.cursor ?? {};
        this.cursor = Number(id);
        this.opened(logId).welcome = { logId: event.logId, headId: Number(event.headId) };
        return;
      }
      case "message": {
        const { sender, recipient, text } = event;
        const [id, sentAt, editedAt] = [Number(event.id), Number(event.sentAt), Number(event.editedAt ?? 0)];
        this.saw({ kind: "message", id, sender, recipient, text, sentAt, editedAt });
        this.cursor = id;
        return;
      }
      case "edited": {
        const [id, messageId, editedAt] = [Number(event.id), Number(event.messageId), Number(event.editedAt)];
        this.saw({ kind: "edited", id, messageId, text: event.text, editedAt });
        this.cursor = id;
        return;
      }
      case "deleted": {
        const [id, messageId, deletedAt] = [Number(event.id), Number(event.messageId), Number(event.deletedAt)];
        this.saw({ kind: "deleted", id, messageId, deletedAt, by: event.by });
        this.cursor = id;
        return;
      }
      case "caughtUp":
        this.saw({ kind: "caughtUp", id: Number(event.id) });
        return;
      case "gap":
        this.saw({ kind: "gap", oldestId: Number(event.oldestId) });
        return;
      case "closed":
        if (event.why.kind !== "left" && event.why.kind !== "aborted")
          throw new Error(`the room of ${this.client} was closed: ${JSON.stringify(event.why)}`);
    }
  }

  /** A command whose outcome is not known stays in flight. */
  #answer(requestId: string, outcome: Outcome): void {
    const { send, streams } = this.inFlight.get(requestId) ?? {};
    // If the client has a later stream now, the library may have hidden a rejection, and sent the command again.
    if (send !== undefined && streams !== this.streams) send.mayBeRetried = true;
    if (outcome.kind === "accepted") {
      const { id, sentAt, duplicate } = outcome;
      this.answered(requestId, { kind: "accepted", id: Number(id), sentAt: Number(sentAt), duplicate });
    } else if (outcome.kind === "rejected") {
      this.answered(requestId, { kind: "rejected", reason: outcome.reason });
    } else if (outcome.kind === "help") this.answered(requestId, { kind: "help" });
  }
}

function send(room: Room, command: InFlight["command"], requestId: string): Promise<Outcome> {
  switch (command.$case) {
    case "sendAll":
      return room.sendAll(command.value.text, { requestId });
    case "sendTo":
      return room.sendTo(command.value.username, command.value.text, { requestId });
    case "edit":
      return room.edit(command.value.id, command.value.text, { requestId });
    case "delete":
      return room.remove(command.value.id, { requestId });
    case "textCommand":
      return room.typed(command.value, { requestId });
    default:
      return room.help({ requestId });
  }
}
