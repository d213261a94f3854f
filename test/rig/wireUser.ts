import { setTimeout as sleep } from "node:timers/promises";
import { ChatResponse, type Event } from "../../src/gen/obrolan/v1/chat.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { join } from "../support/commands.ts";
import { nameOf } from "../support/expect.ts";
import { Connection } from "../support/wire.ts";
import type { OpenStream } from "./recorder.ts";
import { type InFlight, VirtualUser } from "./virtualUser.ts";

/** The interval of pings, in milliseconds. A connection is cut if a ping is not answered before the next one. */
const PING_MS = 1_000;
/** The wait before a reconnect, in milliseconds: the contract asks clients not to hammer a server that starts. */
const RECONNECT_MS = 50;
/** The limit of each wait on a stream, in milliseconds: longer than a slow reader needs to catch up. */
const DEADLINE_MS = 60_000;

const JOIN = "join";

/** A virtual user on bare HTTP/2, without any client library. It does what the contract asks of a client. */
export class WireUser extends VirtualUser {
  #staying: Promise<void> | undefined;
  #wire: Connection | undefined;
  #chat: ChatStream | undefined;
  #logId = "";
  #isPaused = false;
  #hasLeft = false;
  #whenReset: (() => void) | undefined;
  #goodbye = "";

  /** The reason of the last `goodbye`. Empty: none came on this stream. */
  get goodbye(): string {
    return this.#goodbye;
  }

  /**
   * Opens one stream on a connection of its own, joins, and sends what is in flight. Scripts may call it in place of
   * `start`.
   */
  async open(): Promise<{ readonly wire: Connection; readonly chat: ChatStream }> {
    const wire = await Connection.open({ port: this.options.port() });
    if (this.#hasLeft) {
      wire.close();
      throw new Error(`${this.client} has left`);
    }
    this.#wire = wire;
    const stream = this.opened(this.#logId);
    this.#goodbye = "";
    const take = (response: Buffer) => this.#take(stream, response);
    const chat = wire.chat(this.token, { take, deadline: DEADLINE_MS });
    if (this.#isPaused) chat.pause();
    chat.send(join({ resumeAfter: BigInt(this.cursor), logId: this.#logId }), JOIN);
    for (const { command, requestId } of this.inFlight.values()) chat.send(command, requestId);
    this.#chat = chat;
    chat.ended.then(() => {
      if (this.#chat === chat) this.#chat = undefined;
    });
    return { wire, chat };
  }

  /** Resolves when the server resets the stream (`RST_STREAM`) without a status. */
  async wasReset(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#whenReset = resolve;
    });
  }

  start(): void {
    this.#staying = this.#stay();
  }

  pause(): void {
    this.#isPaused = true;
    this.#chat?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#chat?.resume();
  }

  async leave(): Promise<void> {
    this.abandon();
    await this.#staying;
  }

  abandon(): void {
    this.#hasLeft = true;
    this.#wire?.close();
  }

  protected post({ command, requestId }: InFlight): void {
    this.#chat?.send(command, requestId);
  }

  async #stay(): Promise<void> {
    while (!this.#hasLeft) {
      // A fault test causes lost and refused connections, so errors are expected.
      await this.#oneStream().catch(() => {});
      if (!this.#hasLeft) await sleep(RECONNECT_MS);
    }
  }

  async #oneStream(): Promise<void> {
    const { wire, chat } = await this.open();
    const stopPinging = keepAlive(wire);
    try {
      const { code, reset } = await chat.ended;
      if (code === undefined && reset !== 0) this.#whenReset?.();
    } finally {
      stopPinging();
      wire.close();
    }
  }

  #take(stream: OpenStream, bytes: Buffer): void {
    const { events, cursor } = ChatResponse.decode(bytes);
    for (const event of events) this.#event(stream, event);
    if (cursor !== 0n) this.saw({ kind: "cursor", id: Number(cursor) });
  }

  #event(stream: OpenStream, { requestId, event }: Event): void {
    switch (event?.$case) {
      case "welcome":
        this.#logId = event.value.logId;
        stream.welcome = { logId: this.#logId, headId: Number(event.value.headId) };
        return;
      case "message": {
        const { id, sender, recipient, text } = event.value;
        const [sentAt, editedAt] = [Number(event.value.sentAt), Number(event.value.editedAt ?? 0)];
        this.saw({ kind: "message", id: Number(id), sender, recipient, text, sentAt, editedAt });
        return;
      }
      case "edited": {
        const { id, messageId, text, editedAt } = event.value;
        this.saw({ kind: "edited", id: Number(id), messageId: Number(messageId), text, editedAt: Number(editedAt) });
        return;
      }
      case "deleted": {
        const { id, messageId, deletedAt, by } = event.value;
        this.saw({ kind: "deleted", id: Number(id), messageId: Number(messageId), deletedAt: Number(deletedAt), by });
        return;
      }
      case "caughtUp":
        this.saw({ kind: "caughtUp", id: Number(event.value.id) });
        return;
      case "gap":
        this.saw({ kind: "gap", oldestId: Number(event.value.oldestId) });
        return;
      case "accepted": {
        const { id, sentAt, duplicate } = event.value;
        this.answered(requestId, { kind: "accepted", id: Number(id), sentAt: Number(sentAt), duplicate });
        return;
      }
      case "rejected":
        // A server whose store is unavailable rejects the join too. The next stream tries again.
        if (requestId === JOIN) this.#wire?.close();
        else this.answered(requestId, { kind: "rejected", reason: nameOf(event.value.reason) });
        return;
      case "help":
        this.answered(requestId, { kind: "help" });
        return;
      case "goodbye":
        this.#goodbye = nameOf(event.value.reason);
    }
  }
}

/** Pings a connection, and cuts it if no answer comes, as gRPC's keepalive does. Returns a function that ends this. */
function keepAlive(wire: Connection): () => void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered || wire.session.destroyed) return wire.cut();
    answered = false;
    wire.session.ping(() => {
      answered = true;
    });
  }, PING_MS);
  return () => clearInterval(timer);
}
