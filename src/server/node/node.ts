import { LoginThrottle } from "../accounts/loginThrottle.ts";
import type { Session } from "../accounts/ports/sessionStore.ts";
import { RevokedSessions } from "../accounts/revokedSessions.ts";
import { SignIn } from "../accounts/signIn.ts";
import { Counters } from "../chat/counters.ts";
import type { Encoder, Goodbye } from "../chat/events.ts";
import { FanOut } from "../chat/fanOut.ts";
import { MessageSubmitter } from "../chat/messageSubmitter.ts";
import { RateLimiter } from "../chat/rateLimiter.ts";
import type { Sink, Stream } from "../chat/stream.ts";
import { StreamFactory } from "../chat/streamFactory.ts";
import type { Limits, RetentionPolicy, Sizes, Timings } from "../common/limits.ts";
import { RETRY_SOON, sessionInvalid, shuttingDown } from "../common/refusal.ts";
import { SteadyClock } from "../common/steadyClock.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import { Committer } from "../log/committer.ts";
import { LogAhead } from "../log/logAhead.ts";
import { LogReplica } from "../log/logReplica.ts";
import { isPublic } from "../log/message.ts";
import type { Notification } from "../log/ports/bus.ts";
import { Retention } from "../log/retention.ts";
import type { Entry } from "../log/segment.ts";
import { LocalPresence } from "../presence/localPresence.ts";
import { OnlineList } from "../presence/onlineList.ts";
import { PresenceFeed } from "../presence/presenceFeed.ts";
import type { Engines } from "./engines.ts";
import { Maintenance } from "./maintenance.ts";

/** What a room is made with. */
export interface NodeOptions {
  readonly engines: Engines;
  readonly encoder: Encoder;
  readonly limits: Limits;
  readonly retention: RetentionPolicy;
  readonly timings: Timings;
  readonly sizes: Sizes;
  /** Failed sign-ins for a name and address before there is a wait; 0: there is none. */
  readonly loginFailures: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly stopwatch: Stopwatch;
  /** Something went wrong that the operator wants to know. */
  readonly report: (error: unknown) => void;
  /** The operator should look at something, which a sentence says. Default: nobody is told. */
  readonly warn?: (message: string) => void;
  /** The store has not answered, or answers again. Default: nobody is told. */
  readonly storeAnswers?: (does: boolean) => void;
}

/** What a room does at the moment, for those who watch it. */
export interface NodeStats {
  /** Open `Chat` calls. */
  readonly streams: number;
  /** Streams that have joined. */
  readonly readers: number;
  /** Readers that go through pages of the store. */
  readonly readersBehind: number;
  /** Pages read from the store since the start. */
  readonly pageReads: number;
  /** The id of the newest message. */
  readonly headId: number;
  /** The id of the oldest message kept, or of the next one where there is none. */
  readonly oldestId: number;
  /** Messages that wait for the next commits. */
  readonly commitsWaiting: number;
  /** Whether the store has answered when it was looked at last: twice a second. */
  readonly storeAnswers: boolean;
}

/** What a room is opened with first. */
interface RoomBasis {
  readonly log: LogReplica;
  readonly rounds: FanOut;
  readonly clock: SteadyClock;
  readonly ahead: LogAhead;
}

/** How much a room keeps because of clients, also of such as have gone. Each of it has a bound. */
export interface KeptForClients {
  /** Readers that the pages know; those of open streams at most. */
  readonly readersOnPages: number;
  /** Pages in the cache, which is bounded in bytes. */
  readonly pages: number;
  /** Pages that are wanted or under way: one for each open stream at most, and those that are read ahead. */
  readonly pagesComing: number;
  /** Accounts that have sent lately. */
  readonly rates: number;
  /** Sessions that have ended lately. */
  readonly endedSessions: number;
}

/** The chat room of this node: who may enter, what is said in it, and who hears it. */
export class ChatNode {
  readonly signIn: SignIn;
  readonly online: OnlineList;
  /** What it has done since its start. */
  readonly counters: Counters;
  readonly #streamFactory: StreamFactory;
  readonly #report: (error: unknown) => void;
  readonly #drainTimeoutMs: number;
  readonly #log: LogReplica;
  readonly #fanOut: FanOut;
  readonly #presence: LocalPresence;
  readonly #feed: PresenceFeed;
  readonly #committer: Committer;
  readonly #retention: Retention;
  readonly #maintenance: Maintenance;
  readonly #engines: Engines;
  readonly #revoked: RevokedSessions;
  readonly #rate: RateLimiter;
  /** What comes in up to here was accepted long ago: it is only read anew. */
  #oldUpTo = 0;
  readonly #streams = new Set<Stream>();
  readonly #byAccount = new Map<number, Set<Stream>>();
  readonly #unsubscribe: () => void;
  #draining: { readonly done: () => void } | undefined;

  private constructor(options: NodeOptions, { log, rounds, clock, ahead }: RoomBasis) {
    const { engines, limits, timings, stopwatch } = options;
    const { accounts, roster, bus, failedLogins: attempts } = engines;
    this.#engines = engines;
    this.#revoked = new RevokedSessions(engines.sessions, timings.sessionCheckIntervalMs, stopwatch);
    this.#log = log;
    this.#fanOut = rounds;
    const onRosterChanged = () => bus.publish({ kind: "presence" });
    const graceOptions = { grace: timings.graceMs, clock: () => clock.now, stopwatch };
    this.#presence = new LocalPresence(roster, onRosterChanged, graceOptions);
    this.#feed = new PresenceFeed(roster, timings.presenceWindowMs, () => rounds.wakeAll(1));
    const counters = new Counters(log.pages.readTimes);
    this.counters = counters;
    const timed = (sentAt: number) => ahead.note(sentAt);
    this.#committer = new Committer({ store: engines.log, log, bus, counters, timed, report: options.report });
    this.online = new OnlineList(roster);
    const gate = new LoginThrottle(attempts, { free: options.loginFailures, clock: () => clock.now });
    this.signIn = new SignIn(engines, { gate, timings, clock });
    const rate = new RateLimiter(limits, stopwatch);
    this.#rate = rate;
    this.#report = options.report;
    this.#drainTimeoutMs = timings.drainTimeoutMs;
    this.#streamFactory = new StreamFactory({
      log,
      fanOut: rounds,
      presence: this.#presence,
      feed: this.#feed,
      submitter: new MessageSubmitter({
        log: engines.log,
        accounts,
        roster,
        committer: this.#committer,
        rate,
        limits,
        clock: options.clock,
      }),
      signIn: this.signIn,
      encoder: options.encoder,
      counters,
      limits,
      timings,
      sizes: options.sizes,
      stopwatch,
      report: options.report,
    });
    this.#retention = new Retention({
      store: engines.log,
      bus,
      policy: options.retention,
      clock: () => (clock.isSettled ? clock.read().earlier : undefined),
    });
    this.#maintenance = new Maintenance({
      log,
      feed: this.#feed,
      streams: this.#streams,
      signIn: this.signIn,
      rate,
      retention: this.#retention,
      timings,
      clock,
      clockMark: engines.clockMark,
      stopwatch,
      report: options.report,
      checkSessions: () => this.#checkSessions(),
    });
    this.#unsubscribe = bus.subscribe((hint) => this.#onNotification(hint));
    bus.follow(log.logId);
    log.listen({
      appended: (entries) => this.#onAppended(entries),
      regressed: (headId) => this.#onRegressed(headId),
      storeAnswers: (does) => options.storeAnswers?.(does),
    });
  }

  /** Opens the room on its log. Throws `StoreUnavailable`. */
  static async open(options: NodeOptions): Promise<ChatNode> {
    const { engines, encoder, sizes, timings, stopwatch } = options;
    const log = await LogReplica.open(engines.log, encoder, sizes, { holeTimeoutMs: timings.holeTimeoutMs, stopwatch });
    const { clock, warn = () => {} } = options;
    const [newest] = log.headId === 0 ? [] : await engines.log.read(log.headId, log.headId);
    // A store of a version that wrote no mark has the time of its newest message.
    const seen = (await engines.clockMark.read()) ?? newest?.sentAt;
    const steady = new SteadyClock({ clock, stopwatch, seen, timings, warn });
    const ahead = new LogAhead({ clock, stopwatch, warn });
    if (newest !== undefined) ahead.note(newest.sentAt);
    const room = new ChatNode(options, { log, rounds: new FanOut(stopwatch), clock: steady, ahead });
    try {
      room.#presence.expect(await engines.roster.expected(), timings.startGraceMs);
      await room.#feed.begin();
      // What another node appended between the reading and the listening.
      await log.sync.run();
      // A server that runs for a moment only has been there too.
      await room.#maintenance.markTime();
      return room;
    } catch (error) {
      await room.close();
      throw error;
    }
  }

  /** Opens a stream of a session. Refusals: `SHUTTING_DOWN`, `SESSION_INVALID`. */
  enter(session: Session, sink: Sink): Stream {
    this.checkOpen();
    if (this.#revoked.has(session.id)) throw sessionInvalid();
    const stream = this.#streamFactory.open(session, sink, (closed) => this.#onStreamClosed(closed));
    this.counters.streamsOpened += 1;
    this.#fanOut.expectConnections();
    this.#streams.add(stream);
    const own = this.#byAccount.get(session.accountId);
    if (own === undefined) this.#byAccount.set(session.accountId, new Set([stream]));
    else own.add(stream);
    return stream;
  }

  /** Refuses what comes while the room is drained. Refusal: `SHUTTING_DOWN`. */
  checkOpen(): void {
    if (this.#draining !== undefined) throw shuttingDown();
  }

  /** Ends a session, or all of its account's. When it resolves, they count nowhere any more. */
  async logout(session: Session, everywhere: boolean): Promise<void> {
    const sessionIds = await this.signIn.logout(session, everywhere);
    try {
      await Promise.all([this.#revoke(sessionIds), this.#presence.forgetBeforeStart(session.accountId)]);
    } finally {
      this.#engines.bus.publish({ kind: "sessions-ended", sessionIds });
    }
  }

  /** Makes the store forget all messages before `before`. */
  truncate(before: number): Promise<void> {
    return this.#retention.truncate(before);
  }

  /** Says goodbye to everyone, and lets nobody in; resolves when all have gone, or `timings.drain` is over. */
  async drain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#draining = { done: resolve };
    this.#presence.stop();
    const deadline = setTimeout(resolve, this.#drainTimeoutMs);
    this.#sayGoodbye({ reason: "SHUTTING_DOWN", reconnect: true, retryAfter: RETRY_SOON }, () => true);
    if (this.#streams.size === 0) resolve();
    await promise;
    clearTimeout(deadline);
    await this.#committer.idle();
    await this.signIn.flushTouches().catch((error) => this.#report(error));
  }

  /** Stops all that goes on by itself. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#maintenance.stop();
    this.#log.sync.close();
    this.#fanOut.stop();
    this.#presence.stop();
    this.#feed.stop();
    await this.#retention.stop();
    await this.#committer.idle();
  }

  /** What it does at the moment. */
  stats(): NodeStats {
    const streams = [...this.#streams];
    return {
      streams: streams.length,
      readers: streams.filter((stream) => stream.reads).length,
      readersBehind: streams.filter((stream) => stream.behind).length,
      pageReads: this.#log.pages.reads,
      headId: this.#log.headId,
      oldestId: this.#log.oldestId,
      commitsWaiting: this.#committer.queued,
      storeAnswers: this.#log.sync.storeAnswers,
    };
  }

  /** How much it keeps because of clients at the moment. */
  kept(): KeptForClients {
    const { readers: readersOnPages, cached: pages, loading: pagesComing } = this.#log.pages.load;
    return { readersOnPages, pages, pagesComing, rates: this.#rate.size, endedSessions: this.#revoked.size };
  }

  #onNotification(hint: Notification): void {
    switch (hint.kind) {
      case "appended":
        if (hint.logId === this.#log.logId) this.#log.ingest(hint.messages);
        break;
      case "head-advanced":
        if (hint.logId === this.#log.logId) this.#log.sync.noteHead(hint.headId);
        break;
      case "truncated":
        if (hint.logId === this.#log.logId) this.#log.truncateBefore(hint.oldestId);
        break;
      case "presence":
        this.#feed.markDirty();
        break;
      case "sessions-ended":
        // The store may have taken people off the roster by itself.
        this.#feed.markDirty();
        this.#revoke(hint.sessionIds).catch((error) => this.#report(error));
        break;
    }
  }

  #onAppended(entries: readonly Entry[]): void {
    let forEveryone = 0;
    for (const entry of entries) {
      if (entry.id > this.#oldUpTo) this.#rate.spend(entry.senderId);
      if (isPublic(entry)) forEveryone += 1;
      else for (const accountId of [entry.senderId, entry.recipientId]) this.#wakeAccount(accountId);
    }
    if (forEveryone > 0) this.#fanOut.wakeAll(forEveryone);
  }

  /**
   * The log has gone back. What the streams were told may be in it no more, and the next messages may have ids that they have seen:
   * none of them goes on, and whatever of theirs is under way is for the client to ask again.
   */
  #onRegressed(headId: number): void {
    const { logId } = this.#log;
    this.#oldUpTo = headId;
    this.#engines.bus.follow(logId);
    this.#report(
      new Error(
        `The store's log has gone back, or was replaced: it is ${logId} now. All clients are sent to read it anew.`,
      ),
    );
    for (const stream of this.#streams) stream.onOutcomeUnknown();
  }

  #wakeAccount(accountId: number): void {
    for (const stream of this.#byAccount.get(accountId) ?? []) if (stream.reads) this.#fanOut.wakeOne(stream);
  }

  async #revoke(sessionIds: readonly number[]): Promise<void> {
    this.#revoked.add(sessionIds);
    const ended = new Set(sessionIds);
    this.#sayGoodbye({ reason: "LOGGED_OUT", reconnect: false }, (stream) => ended.has(stream.session.id));
    await Promise.all(sessionIds.map((sessionId) => this.#presence.revoke(sessionId)));
  }

  /** Ends the streams of sessions that have ended without a hint. */
  async #checkSessions(): Promise<void> {
    const streams = [...this.#streams];
    const ended = await this.#revoked.poll(() => streams.map((stream) => stream.session.id));
    if (ended.length > 0) await this.#revoke(ended);
  }

  #sayGoodbye(goodbye: Goodbye, to: (stream: Stream) => boolean): void {
    for (const stream of this.#streams) if (to(stream)) stream.endWith(goodbye);
  }

  #onStreamClosed(stream: Stream): void {
    this.#streams.delete(stream);
    const own = this.#byAccount.get(stream.session.accountId);
    own?.delete(stream);
    if (own?.size === 0) this.#byAccount.delete(stream.session.accountId);
    if (this.#streams.size === 0) this.#draining?.done();
  }
}
