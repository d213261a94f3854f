import { expect } from "chai";
import { ChatResponse } from "../../src/gen/obrolan/v1/chat.ts";
import type { Session } from "../../src/server/accounts/ports/sessionStore.ts";
import type { Sink, Stream } from "../../src/server/chat/stream.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import type { ModelLog, ModelStore } from "../support/modelStore.ts";

/** How a reader joins. */
export type Entering = { readonly kind: "resume" } | { readonly kind: "recent"; readonly count: number };

/**
 * A slow client, which is cut off and rejoins with its last cursor. It checks every response against the model: no
 * message is missing or repeated, no cursor is ahead of the sent messages, each stream has one `caught_up`, and no
 * message is from another log.
 */
export class ModelReader implements Sink {
  readonly #store: ModelStore;
  readonly #accountId: number;
  readonly #session: Session;
  #stream: Stream | undefined;
  #inFlight: Uint8Array | undefined;
  /** The reader has received every message up to this id that it may see. Undefined: it has no cursor yet. */
  cursor: number | undefined;
  /** The log that the cursor belongs to. */
  #log: ModelLog;
  /** The reader rejoined with the cursor of another log, and its gap has not come yet. */
  #expectsGap = false;
  #caughtUp = 0;
  #headAtJoin = 0;

  constructor(store: ModelStore, accountId: number) {
    this.#store = store;
    this.#log = store.log;
    this.#accountId = accountId;
    this.#session = {
      id: accountId,
      accountId,
      username: `user${accountId}`,
      expiresAt: Number.MAX_SAFE_INTEGER,
      lastUsedAt: Date.now(),
    };
  }

  get isIn(): boolean {
    return this.#stream !== undefined;
  }

  get isCaughtUp(): boolean {
    return this.#caughtUp === 1;
  }

  async enter(node: ChatNode, entering: Entering): Promise<void> {
    this.#caughtUp = 0;
    this.#expectsGap = false;
    this.#stream = node.enter(this.#session, this);
    const { logId } = this.#log;
    this.#log = this.#store.log;
    if (entering.kind === "resume" && this.cursor !== undefined) {
      this.#expectsGap = logId !== this.#log.logId;
      await this.#stream.receive("", { kind: "join", resumeAfter: this.cursor, logId, recent: 0 });
    } else {
      const count = entering.kind === "recent" ? entering.count : 0;
      const before = this.#log.visibleTo(this.#accountId);
      this.cursor = count === 0 ? this.#log.headId : ((before.at(-count) ?? before[0])?.id ?? this.#log.headId + 1) - 1;
      await this.#stream.receive("", { kind: "join", logId: "", recent: count });
    }
    this.#headAtJoin = node.stats().headId;
  }

  /** Receives the response in flight. False: there is none. */
  take(): boolean {
    const bytes = this.#inFlight;
    if (bytes === undefined) return false;
    this.#inFlight = undefined;
    this.#check(ChatResponse.decode(bytes), bytes.length);
    this.#stream?.flushed();
    return true;
  }

  /** Breaks the connection. The response in flight is lost. */
  cut(): void {
    this.#inFlight = undefined;
    this.#stream?.closed();
    this.#stream = undefined;
  }

  send(response: Uint8Array): void {
    expect(this.#inFlight, "two responses in flight").to.equal(undefined);
    this.#inFlight = response;
  }

  end(): void {
    this.cut();
  }

  reset(): void {
    this.cut();
  }

  #check(response: ChatResponse, bytes: number): void {
    const messages = response.events.filter(({ event }) => event?.$case === "message");
    expect(bytes <= RESPONSE_BYTES || messages.length === 1, "a response that is too long").to.equal(true);
    for (const { event } of response.events) {
      if (event?.$case === "welcome") expect(event.value.logId, "another log's stream").to.equal(this.#log.logId);
      else if (event?.$case === "message") this.#checkMessage(Number(event.value.id), event.value.text);
      else if (event?.$case === "gap") this.#checkGap(Number(event.value.oldestId));
      else if (event?.$case === "caughtUp") this.#checkCaughtUp(Number(event.value.id));
    }
    const moves = response.events.some(({ event }) => event?.$case === "message" || event?.$case === "caughtUp");
    if (moves && this.cursor !== 0) expect(Number(response.cursor), "no cursor").to.be.greaterThan(0);
    if (response.cursor === 0n) return;
    expect(this.#next(Number(response.cursor)), "the cursor is ahead of what was sent").to.equal(undefined);
    expect(Number(response.cursor)).to.be.at.least(this.cursor as number);
    this.cursor = Number(response.cursor);
  }

  #checkMessage(id: number, text: string): void {
    // Truncated messages may still come; the reader may miss no other message.
    const next = this.#next(id - 1);
    if (next !== undefined) expect(next, "left out").to.be.lessThan(this.#log.oldestId);
    expect(id, "seen twice, or out of order").to.be.greaterThan(this.cursor as number);
    expect(this.#expectsGap, "a message of another log before the gap").to.equal(false);
    const sent = this.#log.messages[id - 1];
    expect(text, "another log's message").to.equal(sent?.text);
    const { senderId, recipientId } = sent as { senderId: number; recipientId: number };
    expect([0, this.#accountId].includes(recipientId) || senderId === this.#accountId, "not theirs").to.equal(true);
    this.cursor = id;
  }

  #checkGap(oldestId: number): void {
    if (!this.#expectsGap) expect(oldestId - 1, "a gap where there is none").to.be.greaterThan(this.cursor as number);
    this.#expectsGap = false;
    expect(oldestId).to.be.at.most(this.#log.oldestId);
    this.cursor = oldestId - 1;
  }

  #checkCaughtUp(id: number): void {
    this.#caughtUp += 1;
    expect(this.#caughtUp, "caught up more than once").to.equal(1);
    expect(id, "caught up before the head of the join").to.be.at.least(this.#headAtJoin);
    expect(this.#next(id), "caught up with something missing").to.equal(undefined);
  }

  /** The id of the first kept message after the cursor and up to `to` that the reader may see. */
  #next(to: number): number | undefined {
    return this.#log.visibleTo(this.#accountId).find(({ id }) => id > (this.cursor as number) && id <= to)?.id;
  }
}

/** The node's limit for a response. */
export const RESPONSE_BYTES = 600;
