import { setTimeout as sleep } from "node:timers/promises";
import { ChatResponse, type Event } from "../../../src/gen/obrolan/v1/chat.ts";
import type { ChatStream } from "../../support/chat-stream.ts";
import { join, sendAll, sendTo } from "../../support/commands.ts";
import { nameOf } from "../../support/expect.ts";
import { Connection } from "../../support/wire.ts";
import type { OpenSend, OpenStream } from "./ledger.ts";
import { Member, type MemberParts } from "./member.ts";

/** How long a connection may be silent before it is asked for a sign of life, and how long that may take, in milliseconds. */
const PING = 1_000;
/** How long it waits until it comes back, in milliseconds: as the contract asks, so that it does not hammer a server that starts. */
const WAIT = 50;

/** A member on bare HTTP/2, without any client library: it does by itself what the contract asks of a client. */
export class WireMember extends Member {
  readonly #given = new Map<string, OpenSend>();
  readonly #staying: Promise<void>;
  #wire: Connection | undefined;
  #chat: ChatStream | undefined;
  #cursor = 0;
  #logId = "";
  #isPaused = false;
  #hasLeft = false;
  #whenReset: (() => void) | undefined;

  constructor(parts: MemberParts) {
    super(parts);
    this.#staying = this.#stay();
  }

  /** Resolves when the server resets its stream (`RST_STREAM`) without a status. */
  async wasReset(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#whenReset = resolve;
    });
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

  protected post(send: OpenSend): void {
    this.#given.set(send.requestId, send);
    if (this.#chat !== undefined) this.#post(this.#chat, send);
  }

  #post(chat: ChatStream, { recipient, text, requestId }: OpenSend): void {
    chat.send(recipient === "" ? sendAll(text) : sendTo(recipient, text), requestId);
  }

  async #stay(): Promise<void> {
    while (!this.#hasLeft) {
      // A connection that was lost, or could not be made, is what a fault run is about.
      await this.#oneStream().catch(() => {});
      if (!this.#hasLeft) await sleep(WAIT);
    }
  }

  async #oneStream(): Promise<void> {
    const wire = await Connection.open({ port: this.parts.port() });
    if (this.#hasLeft) return wire.close();
    this.#wire = wire;
    const stopPinging = keepAlive(wire);
    try {
      const { username, client, ledger, token } = this.parts;
      const resumeAfter = this.#cursor;
      const stream = ledger.stream(username, client, { resumeAfter, logId: this.#logId, recent: 0 });
      this.opened(stream);
      const chat = wire.chat(token, { take: (response) => this.#take(stream, response) });
      if (this.#isPaused) chat.pause();
      chat.send(join({ resumeAfter: BigInt(resumeAfter), logId: this.#logId }), "join");
      for (const send of this.underWay.values()) this.#post(chat, send);
      this.#chat = chat;
      const { code, reset } = await chat.ended;
      if (code === undefined && reset !== 0) this.#whenReset?.();
    } finally {
      stopPinging();
      this.#chat = undefined;
      wire.close();
    }
  }

  #take(stream: OpenStream, bytes: Buffer): void {
    const { events, cursor } = ChatResponse.decode(bytes);
    for (const event of events) this.#event(stream, event);
    if (cursor === 0n) return;
    this.#cursor = Number(cursor);
    this.saw({ kind: "cursor", id: this.#cursor });
  }

  #event(stream: OpenStream, { requestId, event }: Event): void {
    switch (event?.$case) {
      case "welcome":
        this.#logId = event.value.logId;
        stream.welcome = { logId: this.#logId, headId: Number(event.value.headId) };
        return;
      case "message": {
        const { id, sender, recipient, text, sentAt } = event.value;
        this.saw({ kind: "message", id: Number(id), sender, recipient, text, sentAt: Number(sentAt) });
        return;
      }
      case "caughtUp":
        this.saw({ kind: "caughtUp", id: Number(event.value.id) });
        return;
      case "gap":
        this.saw({ kind: "gap", oldestId: Number(event.value.oldestId) });
        return;
      case "accepted":
      case "rejected":
        this.#answer(requestId, event);
    }
  }

  #answer(requestId: string, event: Extract<Event["event"], { $case: "accepted" | "rejected" }>): void {
    const send = this.#given.get(requestId);
    if (send === undefined) throw new Error(`${this.client} was answered to ${requestId}, which it never sent`);
    if (event.$case === "rejected") {
      this.parts.ledger.answer(send, { kind: "rejected", reason: nameOf(event.value.reason) });
    } else {
      const { id, sentAt, duplicate } = event.value;
      this.parts.ledger.answer(send, { kind: "accepted", id: Number(id), sentAt: Number(sentAt), duplicate });
    }
    this.settled(requestId);
  }
}

/** Cuts a connection that gives no sign of life, as gRPC's keepalive does. Returns what ends it. */
function keepAlive(wire: Connection): () => void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered || wire.session.destroyed) return wire.cut();
    answered = false;
    wire.session.ping(() => {
      answered = true;
    });
  }, PING);
  return () => clearInterval(timer);
}
