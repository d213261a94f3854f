import { expect } from "chai";
import { ChatResponse, type Deleted, type Edited, type Event, type Message } from "../../src/gen/obrolan/v1/chat.ts";
import type { Session } from "../../src/server/accounts/ports/sessionStore.ts";
import type { Sink, Stream } from "../../src/server/chat/stream.ts";
import { timeOf } from "../../src/server/log/entry.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { isVisible, type ModelLog, type ModelStore, messageIdOf } from "../support/modelStore.ts";

/** How a reader joins: after its cursor, or with recent messages. */
export type Entering = { readonly kind: "resume" } | { readonly kind: "recent"; readonly count: number };

/** What a client has received. */
interface Received {
  /** The id up to which everything that the account may see has come; `undefined` before the first join. */
  readonly cursor: number | undefined;
  /** The log that the cursor belongs to. */
  readonly logId: string;
  /** The messages after this id have come, unless they were truncated or deleted before. */
  readonly since: number;
  /** The texts of these messages, as the client shows them. */
  readonly texts: ReadonlyMap<number, string>;
  /** Whether the reader has joined with a cursor of another log, and has not received the gap yet. */
  readonly isElsewhere: boolean;
  readonly caughtUp: number;
}

/**
 * A client that reads slowly, is cut off, and returns with its last cursor. It checks every response against the model
 * when the node builds it: no entry is missed or repeated, no text is one that the node knows to be replaced or
 * deleted, no cursor is ahead of the entries that were sent, each stream gets one `caught_up`, and nothing comes from
 * another log.
 */
export class ModelReader implements Sink {
  readonly #store: ModelStore;
  readonly #accountId: number;
  readonly #session: Session;
  #node: ChatNode | undefined;
  #stream: Stream | undefined;
  /** The response in flight: what the client will have received with it. */
  #inFlight: Received | undefined;
  #received: Received = {
    cursor: undefined,
    logId: "",
    since: 0,
    texts: new Map(),
    isElsewhere: false,
    caughtUp: 0,
  };
  /** The first check that failed. */
  #failure: unknown;
  /** The log of the stream. */
  #log: ModelLog;
  #headAtJoin = 0;
  /** Edits and deletions up to this id must not come. */
  #changesAfter = 0;

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

  get cursor(): number | undefined {
    return this.#received.cursor;
  }

  get isIn(): boolean {
    return this.#stream !== undefined;
  }

  get isCaughtUp(): boolean {
    return this.#received.caughtUp === 1;
  }

  async enter(node: ChatNode, entering: Entering): Promise<void> {
    const { cursor, logId } = this.#received;
    this.#log = this.#store.log;
    this.#node = node;
    if (entering.kind === "resume" && cursor !== undefined) {
      this.#received = { ...this.#received, caughtUp: 0, isElsewhere: logId !== this.#log.logId };
      this.#changesAfter = 0;
      this.#stream = await node.enter(this.#session, this);
      await this.#stream.receive("", { kind: "join", resumeAfter: cursor, logId, recent: 0 });
    } else {
      const count = entering.kind === "recent" ? entering.count : 0;
      const { headId, logId } = this.#log;
      const before = this.#log.messagesOf(this.#accountId);
      const since = count === 0 ? headId : ((before.at(-count) ?? before[0])?.id ?? headId + 1) - 1;
      this.#received = { cursor: since, logId, since, texts: new Map(), isElsewhere: false, caughtUp: 0 };
      this.#changesAfter = headId;
      this.#stream = await node.enter(this.#session, this);
      await this.#stream.receive("", { kind: "join", logId: "", recent: count });
    }
    this.#headAtJoin = node.stats().headId;
  }

  /** Takes the response in flight. False: there is none. Throws if a check has failed. */
  take(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#inFlight === undefined) return false;
    this.#received = this.#inFlight;
    this.#inFlight = undefined;
    this.#stream?.flushed();
    return true;
  }

  /** Breaks the connection: the response in flight is lost. */
  cut(): void {
    this.#inFlight = undefined;
    this.#stream?.closed();
    this.#stream = undefined;
  }

  send(response: Uint8Array): void {
    // Thrown by `take`, so that fast-check shrinks the story.
    try {
      expect(this.#inFlight, "two responses in flight").to.equal(undefined);
      this.#inFlight = this.#check(ChatResponse.decode(response), response.length);
    } catch (error) {
      this.#failure ??= error;
    }
  }

  end(): void {
    this.cut();
  }

  reset(): void {
    this.cut();
  }

  /** Checks at the end that the client shows every message as the log has it. */
  checkConverged(): void {
    const { since, texts } = this.#received;
    const now = this.#log.messagesOf(this.#accountId).filter(({ id }) => id > since);
    const shown = [...texts].filter(([id]) => id >= this.#log.oldestId).sort(([a], [b]) => a - b);
    expect(shown, "not what the log has").to.deep.equal(now.map(({ id, text }) => [id, text]));
  }

  #check(response: ChatResponse, bytes: number): Received {
    const entries = response.events.filter(({ event }) => isEntry(event));
    expect(bytes <= RESPONSE_BYTES || entries.length === 1, "a response that is too long").to.equal(true);
    let received = this.#received;
    for (const { event } of response.events) received = this.#checkEvent(received, event);
    const moves = entries.length > 0 || response.events.some(({ event }) => event?.$case === "caughtUp");
    if (moves && received.cursor !== 0) expect(Number(response.cursor), "no cursor").to.be.greaterThan(0);
    if (response.cursor === 0n) return received;
    const cursor = Number(response.cursor);
    expect(this.#next(received, cursor), "the cursor is ahead of what was sent").to.equal(undefined);
    expect(cursor).to.be.at.least(received.cursor as number);
    return { ...received, cursor };
  }

  #checkEvent(received: Received, event: Event["event"]): Received {
    if (event?.$case === "welcome") expect(event.value.logId, "another log's stream").to.equal(this.#log.logId);
    if (event?.$case === "gap") return this.#checkGap(received, Number(event.value.oldestId));
    if (event?.$case === "caughtUp") return this.#checkCaughtUp(received, Number(event.value.id));
    if (!isEntry(event)) return received;
    this.#checkOrder(received, Number(event.value.id));
    const texts = new Map(received.texts);
    if (event.$case === "message") this.#checkMessage(event.value, texts);
    else if (event.$case === "edited") this.#checkEdited(event.value, texts);
    else this.#checkDeleted(event.value, texts);
    return { ...received, texts, cursor: Number(event.value.id) };
  }

  #checkOrder(received: Received, id: number): void {
    expect(this.#next(received, id - 1), `left out before ${id}`).to.equal(undefined);
    expect(id, "seen twice, or out of order").to.be.greaterThan(received.cursor as number);
    expect(received.isElsewhere, "an entry of another log before the gap").to.equal(false);
    const entry = this.#log.appended[id - 1];
    expect(entry?.kind !== "erased" && entry && isVisible(entry, this.#accountId), "not visible").to.equal(true);
  }

  #checkMessage({ id, text, editedAt }: Message, texts: Map<number, string>): void {
    const messageId = Number(id);
    const version = this.#versions(messageId).find((one) => one.text === text);
    expect(version, "a text that the message never had").to.not.equal(undefined);
    expect(editedAt?.getTime(), "the time of another edit").to.equal(version?.editedAt);
    this.#checkNotReplaced(messageId, version?.id ?? 0);
    texts.set(messageId, text);
  }

  #checkEdited({ id, messageId, text, editedAt }: Edited, texts: Map<number, string>): void {
    const version = this.#versions(Number(messageId)).find((one) => one.id === Number(id));
    expect({ text, editedAt: editedAt?.getTime() }).to.deep.equal({ text: version?.text, editedAt: version?.editedAt });
    expect(Number(id), "in the messages already").to.be.greaterThan(this.#changesAfter);
    expect(Number(messageId), "forgotten").to.be.at.least(this.#node?.stats().oldestId ?? 0);
    this.#checkNotReplaced(Number(messageId), Number(id));
    if (texts.has(Number(messageId))) texts.set(Number(messageId), text);
  }

  #checkDeleted({ id, messageId, by, deletedAt }: Deleted, texts: Map<number, string>): void {
    const entry = this.#log.appended[Number(id) - 1];
    expect(entry).to.include({ kind: "deleted", messageId: Number(messageId), by, deletedAt: deletedAt?.getTime() });
    expect(Number(id), "in the messages already").to.be.greaterThan(this.#changesAfter);
    texts.delete(Number(messageId));
  }

  /** Each text that a message ever had, with the id and the time of the edit. */
  #versions(messageId: number): { id: number; text: string; editedAt: number | undefined }[] {
    return this.#log.appended.flatMap((entry): { id: number; text: string; editedAt: number | undefined }[] => {
      if (entry.kind === "message" && entry.id === messageId)
        return [{ id: entry.id, text: entry.text, editedAt: undefined }];
      if (entry.kind !== "edited" || entry.message.id !== messageId) return [];
      return [{ id: entry.id, text: entry.message.text, editedAt: timeOf(entry) }];
    });
  }

  /**
   * The node has not taken in a change of a message after the one with the id `version`. A superseded edit does not
   * count: the node may have read it from the store as an erased entry, and the newest edit comes with the next read.
   */
  #checkNotReplaced(messageId: number, version: number): void {
    const headId = this.#node?.stats().headId ?? 0;
    for (const entry of this.#log.appended.slice(version, headId)) {
      if (entry.kind !== "edited" && entry.kind !== "deleted") continue;
      if (this.#log.entries[entry.id - 1]?.kind === "erased") continue;
      expect(messageIdOf(entry), `a text of ${messageId} after the node took in ${entry.id}`).to.not.equal(messageId);
    }
  }

  #checkGap(received: Received, oldestId: number): Received {
    const { isElsewhere, cursor, texts } = received;
    if (!isElsewhere) expect(oldestId - 1, "a gap where there is none").to.be.greaterThan(cursor as number);
    expect(oldestId).to.be.at.most(this.#log.oldestId);
    const kept = isElsewhere ? [] : [...texts].filter(([id]) => id >= oldestId);
    const since = isElsewhere ? oldestId - 1 : received.since;
    const { logId } = this.#log;
    return { ...received, isElsewhere: false, cursor: oldestId - 1, logId, texts: new Map(kept), since };
  }

  #checkCaughtUp(received: Received, id: number): Received {
    expect(received.caughtUp, "caught up more than once").to.equal(0);
    expect(id, "caught up before the head of the join").to.be.at.least(this.#headAtJoin);
    expect(this.#next(received, id), "caught up with something missing").to.equal(undefined);
    return { ...received, caughtUp: 1 };
  }

  /** The id of the first entry after the cursor, up to `to`, that the log still has and the reader must get. */
  #next({ cursor }: Received, to: number): number | undefined {
    return this.#log
      .visibleTo(this.#accountId)
      .find(({ id, kind }) => id > (cursor as number) && id <= to && (kind === "message" || id > this.#changesAfter))
      ?.id;
  }
}

type EntryEvent = Extract<NonNullable<Event["event"]>, { $case: "message" | "edited" | "deleted" }>;

function isEntry(event: Event["event"]): event is EntryEvent {
  return event?.$case === "message" || event?.$case === "edited" || event?.$case === "deleted";
}

/** The response size of the node under test, in bytes. */
export const RESPONSE_BYTES = 600;
