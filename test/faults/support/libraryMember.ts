import { type ChatClient, connect, type Outcome, type Room, type RoomEvent } from "../../../src/client/index.ts";
import type { OpenSend } from "./ledger.ts";
import { Member, type MemberParts } from "./member.ts";

/** Waits that suit a run of seconds, in milliseconds: a dead connection is found in two. */
const TIMES = { keepaliveMs: 1_000, keepaliveTimeoutMs: 1_000, timeoutMs: 2_000 };
const BACKOFF = { firstMs: 50, maxMs: 500 };
/** Few, so that a member who stops taking them is soon felt by the server. */
const MAX_EVENTS = 100;

/** A member by way of the client library, which comes back, resumes and sends again by itself. */
export class LibraryMember extends Member {
  readonly #client: ChatClient;
  readonly #room: Room;
  readonly #listening: Promise<void>;
  #cursor = 0;
  /** Closed while the application takes no events. */
  #gate: PromiseWithResolvers<void> | undefined;

  /** `keepaliveTimeoutMs`: after how long a connection that says nothing is dead to it, in milliseconds. */
  constructor(parts: MemberParts, keepaliveTimeoutMs = TIMES.keepaliveTimeoutMs) {
    super(parts);
    this.#client = connect({ address: `127.0.0.1:${parts.port()}`, ...TIMES, keepaliveTimeoutMs });
    const { token } = parts;
    this.#room = this.#client.enter({ token, resumeAfter: 0n, backoff: BACKOFF, maxEvents: MAX_EVENTS });
    this.#listening = this.#listen();
  }

  pause(): void {
    this.#gate ??= Promise.withResolvers();
  }

  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  async leave(): Promise<void> {
    this.resume();
    await this.#room.close();
    await this.#listening;
    this.#client.close();
  }

  abandon(): void {
    this.resume();
    this.#room.abort();
    this.#client.close();
  }

  protected post(send: OpenSend): void {
    const { recipient, text, requestId } = send;
    const outcome =
      recipient === "" ? this.#room.sendAll(text, { requestId }) : this.#room.sendTo(recipient, text, { requestId });
    outcome.then((answer) => this.#answer(send, answer));
  }

  async #listen(): Promise<void> {
    for await (const event of this.#room) {
      this.#event(event);
      const cursor = Number(this.#room.cursor?.id ?? 0);
      if (cursor > this.#cursor) this.saw({ kind: "cursor", id: cursor });
      this.#cursor = cursor;
      await this.#gate?.promise;
    }
  }

  #event(event: RoomEvent): void {
    switch (event.kind) {
      case "connected": {
        const { username, client, ledger } = this.parts;
        const { id = 0n, logId = "" } = this.#room.cursor ?? {};
        const stream = ledger.stream(username, client, { resumeAfter: Number(id), logId, recent: 0 });
        stream.welcome = { logId: event.logId, headId: Number(event.headId) };
        this.opened(stream);
        this.#cursor = Number(id);
        return;
      }
      case "message": {
        const { id, sender, recipient, text, sentAt } = event;
        this.#cursor = Number(id);
        this.saw({ kind: "message", id: Number(id), sender, recipient, text, sentAt: Number(sentAt) });
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
          throw new Error(`${this.client} was put out: ${JSON.stringify(event.why)}`);
    }
  }

  #answer(send: OpenSend, outcome: Outcome): void {
    const { requestId } = send;
    if (outcome.kind === "accepted") {
      const { id, sentAt, duplicate } = outcome;
      this.parts.ledger.answer(send, { kind: "accepted", id: Number(id), sentAt: Number(sentAt), duplicate });
    } else if (outcome.kind === "rejected") {
      this.parts.ledger.answer(send, { kind: "rejected", reason: outcome.reason });
    } else if (outcome.kind === "help") {
      throw new Error(`${requestId} was answered with help`);
    }
    this.settled(requestId);
  }
}
