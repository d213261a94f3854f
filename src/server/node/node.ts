import type { Session } from "../accounts/ports/sessionStore.ts";
import type { SignIn } from "../accounts/signIn.ts";
import type { Counters } from "../chat/counters.ts";
import type { Goodbye } from "../chat/events.ts";
import type { HistoryPage, HistoryRequest } from "../chat/history.ts";
import type { SearchPage, SearchRequest } from "../chat/search.ts";
import type { Sink, Stream } from "../chat/stream.ts";
import { RETRY_SOON_MS, sessionInvalid, shuttingDown } from "../common/refusal.ts";
import { isPublic } from "../log/entry.ts";
import type { Notification } from "../log/ports/bus.ts";
import type { EncodedEntry } from "../log/segment.ts";
import { OnlineList } from "../presence/onlineList.ts";
import { compose, type NodeOptions, type NodeParts } from "./compose.ts";
import { Maintenance } from "./maintenance.ts";
import { type StreamCounts, StreamRegistry } from "./streamRegistry.ts";

/** The work of a node at the moment, for metrics. */
export interface NodeStats extends StreamCounts {
  /** Pages read from the store since the start. */
  readonly pageReads: number;
  /** The id of the newest entry. */
  readonly headId: number;
  /** The id of the oldest entry kept, or of the next entry if none is kept. */
  readonly oldestId: number;
  /** Drafts that wait for the next commits. */
  readonly commitsWaiting: number;
  /** Whether the store answered the last sync; a node syncs at least twice a second. */
  readonly storeAnswers: boolean;
  /** How long this node has been indexing without having come to the end of the log, in milliseconds; 0: it has. */
  readonly indexBehindMs: number;
}

/** Numbers of things that a node keeps because of clients, also after they have gone. Each number has a bound. */
export interface KeptForClients {
  /** Readers that go through pages; at most one for each open stream. */
  readonly readersOnPages: number;
  /** Cached pages. The cache is bounded in bytes. */
  readonly pages: number;
  /** Pages that are queued or in flight: at most one for each open stream, and those that are read ahead. */
  readonly pagesLoading: number;
  /** Accounts with a token bucket. */
  readonly rates: number;
  /** Revoked sessions that are kept for a while. */
  readonly revokedSessions: number;
  /** Accounts with a call of `History`, `Search` or `MarkRead` that runs. */
  readonly callers: number;
}

/** How many read markers a node reads at each poll, twice a second. */
const MARKERS_PER_POLL = 10;

/** One node of the chat room: composes accounts, log, presence and streams, and passes events between them. */
export class ChatNode {
  readonly signIn: SignIn;
  readonly online: OnlineList;
  /** Counts the work of the node since its start. */
  readonly counters: Counters;
  readonly #options: NodeOptions;
  readonly #parts: NodeParts;
  readonly #maintenance: Maintenance;
  readonly #streams = new StreamRegistry();
  readonly #unsubscribe: () => void;
  /** Entries up to this id are not charged to the rates: after a regression the replica reads old entries again. */
  #chargedUpTo = 0;
  #isCheckingMarkers = false;
  #draining: { readonly done: () => void } | undefined;

  private constructor(options: NodeOptions, parts: NodeParts) {
    const { bus, clockMark, roster } = options.engines;
    this.#options = options;
    this.#parts = parts;
    this.signIn = parts.signIn;
    this.online = new OnlineList(roster);
    this.counters = parts.counters;
    this.#maintenance = new Maintenance({
      ...parts,
      streams: this.#streams,
      clockMark,
      stopwatch: options.stopwatch,
      report: options.report,
      checkSessions: () => this.#checkSessions(),
      checkMarkers: () => this.#checkMarkers(),
    });
    this.#unsubscribe = bus.subscribe((notification) => this.#onNotification(notification));
    bus.follow(parts.log.logId);
    parts.log.listen({
      appended: (entries) => this.#onAppended(entries),
      regressed: (headId) => this.#onRegressed(headId),
      storeAnswers: (does) => options.storeAnswers?.(does),
    });
  }

  /** Opens a node on its log. Throws `StoreUnavailable`. */
  static async open(options: NodeOptions): Promise<ChatNode> {
    const parts = await compose(options);
    const node = new ChatNode(options, parts);
    try {
      parts.presence.expectReturning(await options.engines.roster.expected(), options.timings.startGraceMs);
      await parts.feed.begin();
      // Another node may have appended messages after the log was opened and before the bus was followed.
      await parts.log.sync.run();
      // A server that runs only for a moment must leave a mark too.
      await node.#maintenance.markTime();
      parts.indexer.start();
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  /**
   * Opens a stream of a session, with its read marker. Refusals: `SHUTTING_DOWN`, `SESSION_INVALID`. Throws
   * `StoreUnavailable`.
   */
  async enter(session: Session, sink: Sink): Promise<Stream> {
    this.checkOpen();
    return this.#parts.readMarks.withMarker(session.accountId, (readUpTo) => this.#open(session, sink, readUpTo));
  }

  /** A page of the history of an account. Refusal: `OVERLOADED`. Throws `StoreUnavailable`. */
  history({ accountId }: Session, request: HistoryRequest): Promise<HistoryPage> {
    const { callLimit, history } = this.#parts;
    return callLimit.run(accountId, () => history.page(accountId, request));
  }

  /**
   * A page of the messages that an account may see and that match a query. Refusals: `OVERLOADED`, `QUERY_INVALID`,
   * `PAGE_TOKEN_INVALID`, `INDEX_BUILDING`. Throws `StoreUnavailable`.
   */
  search({ accountId }: Session, request: SearchRequest): Promise<SearchPage> {
    const { callLimit, search } = this.#parts;
    return callLimit.run(accountId, () => search.page(accountId, request));
  }

  /**
   * Moves the read marker of an account, and resolves with the marker: see `ReadMarks.advance`. Refusal: `OVERLOADED`.
   * Throws `StoreUnavailable`, or `OutcomeUnknown`.
   */
  markRead({ accountId }: Session, upTo: number, logId: string): Promise<number> {
    const { callLimit, readMarks } = this.#parts;
    return callLimit.run(accountId, () => readMarks.advance(accountId, upTo, logId));
  }

  /** Refuses a call while the node drains. Refusal: `SHUTTING_DOWN`. */
  checkOpen(): void {
    if (this.#draining !== undefined) throw shuttingDown();
  }

  /**
   * Ends a session, or all sessions of its account; resolves when, on this node, their streams take no more commands
   * and their presence has ended.
   */
  async logout(session: Session, everywhere: boolean): Promise<void> {
    const sessionIds = await this.signIn.logout(session, everywhere);
    try {
      await Promise.all([this.#revoke(sessionIds), this.#parts.presence.revokeBeforeStart(session.accountId)]);
    } finally {
      this.#options.engines.bus.publish({ kind: "sessions-ended", sessionIds });
    }
  }

  /** Removes all entries before id `before` from the store, at most up to the head. */
  truncate(before: number): Promise<void> {
    return this.#parts.retention.truncate(before);
  }

  /**
   * Says goodbye on every stream and refuses new ones. Waits for all streams to end, at most for `drainTimeoutMs`, then
   * for the commits in flight.
   */
  async drain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#draining = { done: resolve };
    this.#parts.presence.stop();
    const deadline = setTimeout(resolve, this.#options.timings.drainTimeoutMs);
    this.#sayGoodbye({ reason: "SHUTTING_DOWN", reconnect: true, retryAfterMs: RETRY_SOON_MS }, () => true);
    if (this.#streams.size === 0) resolve();
    await promise;
    clearTimeout(deadline);
    await this.#parts.committer.idle();
    await this.signIn.flushTouches().catch((error) => this.#options.report(error));
  }

  /** Stops all background work; resolves when the commits in flight have ended. */
  async close(): Promise<void> {
    const { log, fanOut, presence, feed, retention, committer, indexer } = this.#parts;
    this.#unsubscribe();
    this.#maintenance.stop();
    log.sync.close();
    fanOut.stop();
    presence.stop();
    feed.stop();
    await retention.stop();
    await indexer.stop();
    await committer.idle();
  }

  /** The work of the node at the moment. */
  stats(): NodeStats {
    const { log, committer, indexer } = this.#parts;
    return {
      ...this.#streams.counts(),
      pageReads: log.pages.reads,
      headId: log.headId,
      oldestId: log.oldestId,
      commitsWaiting: committer.queued,
      storeAnswers: log.sync.storeAnswers,
      indexBehindMs: indexer.behindMs,
    };
  }

  /** Numbers of things that the node keeps because of clients at the moment. */
  kept(): KeptForClients {
    const { log, rate, revoked, callLimit } = this.#parts;
    const { readers: readersOnPages, cached: pages, loading: pagesLoading } = log.pages.load;
    const callers = callLimit.accounts;
    return { readersOnPages, pages, pagesLoading, rates: rate.size, revokedSessions: revoked.size, callers };
  }

  #onNotification(notification: Notification): void {
    const { log, feed } = this.#parts;
    switch (notification.kind) {
      case "appended":
        if (notification.logId === log.logId) log.ingest(notification.entries);
        break;
      case "head-advanced":
        if (notification.logId === log.logId) log.sync.noteHead(notification.headId);
        break;
      case "truncated":
        if (notification.logId === log.logId) log.truncateBefore(notification.oldestId);
        break;
      case "read":
        this.#onRead(notification.accountId, notification.upTo);
        break;
      case "presence":
        feed.markDirty();
        break;
      case "sessions-ended":
        // The store may have removed users from the roster together with their sessions.
        feed.markDirty();
        this.#revoke(notification.sessionIds).catch((error) => this.#options.report(error));
        break;
    }
  }

  #open(session: Session, sink: Sink, readUpTo: number): Stream {
    const { revoked, streamFactory, fanOut } = this.#parts;
    this.checkOpen();
    if (revoked.has(session.id)) throw sessionInvalid();
    const stream = streamFactory.open(session, sink, readUpTo, (closed) => this.#onStreamClosed(closed));
    this.counters.streamsOpened += 1;
    fanOut.expectConnections();
    this.#streams.add(stream);
    return stream;
  }

  #onAppended(entries: readonly EncodedEntry[]): void {
    const { rate, fanOut, indexer } = this.#parts;
    indexer.notify();
    let forEveryone = 0;
    for (const entry of entries) {
      if (entry.id > this.#chargedUpTo && entry.authorId !== 0) rate.spend(entry.authorId);
      // Nobody sees an erased entry. It wakes everyone, because a stream may wait for its cursor to pass the id.
      if (entry.kind === "erased" || isPublic(entry)) forEveryone += 1;
      else for (const accountId of [entry.senderId, entry.recipientId]) this.#wakeAccount(accountId);
    }
    if (forEveryone > 0) fanOut.wakeAll(forEveryone);
  }

  #onRead(accountId: number, upTo: number): void {
    this.#parts.readMarks.moved(accountId, upTo);
    for (const stream of this.#streams.ofAccount(accountId)) stream.noteRead(upTo);
  }

  /**
   * The log has regressed: it may lack messages that clients have received, and may give their ids to new messages. So
   * every stream ends, and the clients resend the commands that have no reply.
   */
  #onRegressed(headId: number): void {
    const { logId } = this.#parts.log;
    this.#chargedUpTo = headId;
    this.#options.engines.bus.follow(logId);
    this.#options.report(
      new Error(
        `The store's log has gone back or was replaced: its id is ${logId} now. Clients reconnect and read it again.`,
      ),
    );
    for (const stream of this.#streams) stream.onOutcomeUnknown();
  }

  #wakeAccount(accountId: number): void {
    for (const stream of this.#streams.ofAccount(accountId)) if (stream.reads) this.#parts.fanOut.wakeOne(stream);
  }

  async #revoke(sessionIds: readonly number[]): Promise<void> {
    const { revoked, presence } = this.#parts;
    revoked.add(sessionIds);
    const ended = new Set(sessionIds);
    this.#sayGoodbye({ reason: "LOGGED_OUT", reconnect: false }, (stream) => ended.has(stream.session.id));
    await Promise.all(sessionIds.map((sessionId) => presence.revoke(sessionId)));
  }

  /** Ends the streams of sessions that have ended, because a notification of that may be lost. */
  async #checkSessions(): Promise<void> {
    const streams = [...this.#streams];
    const ended = await this.#parts.revoked.poll(() => streams.map((stream) => stream.session.id));
    if (ended.length > 0) await this.#revoke(ended);
  }

  /**
   * Reads the read markers of a few accounts with streams, in turn, because a notification of a move may be lost. A few:
   * to read all of them twice a second would cost more than the messages of a quiet room.
   */
  async #checkMarkers(): Promise<void> {
    if (this.#isCheckingMarkers) return;
    this.#isCheckingMarkers = true;
    try {
      for (const accountId of this.#streams.nextAccounts(MARKERS_PER_POLL)) {
        await this.#parts.readMarks.withMarker(accountId, (upTo) => this.#onRead(accountId, upTo));
      }
    } catch {
      // The next poll reads on. The sync of the log reports a store that does not answer.
    } finally {
      this.#isCheckingMarkers = false;
    }
  }

  #sayGoodbye(goodbye: Goodbye, to: (stream: Stream) => boolean): void {
    for (const stream of this.#streams) if (to(stream)) stream.endWith(goodbye);
  }

  #onStreamClosed(stream: Stream): void {
    this.#streams.remove(stream);
    if (this.#streams.size === 0) this.#draining?.done();
  }
}
