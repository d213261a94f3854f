import type { Session } from "../accounts/ports/sessionStore.ts";
import { RETRY_SOON } from "../common/refusal.ts";
import type { ClockReading } from "../common/steadyClock.ts";
import { Reader } from "../log/reader.ts";
import type { LeaveKind } from "../presence/localPresence.ts";
import { type Command, CommandHandler, type StreamContext } from "./commandHandler.ts";
import type { StreamEnding } from "./counters.ts";
import type { Goodbye } from "./events.ts";
import type { Wakeable } from "./fanOut.ts";
import { type JoinCommand, startOf } from "./join.ts";
import { ReplyQueue } from "./replyQueue.ts";
import { ResponseBuilder } from "./responseBuilder.ts";
import type { StreamParts } from "./streamParts.ts";

/** The wire below a stream. */
export interface Sink {
  /** Sends a response; `taken` is to be called when it has left. One at a time, but for a last one before `end`. */
  send(response: Uint8Array): void;
  /** Ends the call behind what was sent: as its client wished, or with a goodbye's status. `closed` is to be called then. */
  end(goodbye?: Goodbye): void;
  /** Ends the call at once, whatever is under way. `closed` is to be called then. */
  reset(): void;
}

/**
 * Where a stream is: *open* (no join yet), *joined*, *closing* (its client has ended its side, or the server says goodbye, and what
 * is under way is still answered), *ended* (its last response is sent), *closed*.
 */
type State =
  | { readonly kind: "open" | "joined" | "ended" | "closed" }
  | {
      readonly kind: "closing";
      readonly goodbye: Goodbye | undefined;
      /** Whether the replay up to `caught_up` and the echoes are sent before the end, and not only the replies. */
      readonly completes: boolean;
    };

/** One open `Chat` call: where it is in its life, and its responses, one at a time. */
export class Stream implements Wakeable, StreamContext {
  readonly session: Session;
  readonly #parts: StreamParts;
  readonly #sink: Sink;
  readonly #onClosed: (stream: Stream) => void;
  readonly #replies: ReplyQueue;
  readonly #responses: ResponseBuilder;
  readonly #commands: CommandHandler;
  readonly #openedAt: number;
  #state: State = { kind: "open" };
  /** How it will have ended, if its call is over now. */
  #ending: StreamEnding = "broke-off";
  #isPresent = false;
  /** Since when the response under way, or the end of the call, waits to be taken. */
  #waitingSince: number | undefined;
  /** Whether more was at hand than went into the response under way, or a round came by meanwhile. */
  #hasMore = false;
  #isFetching = false;
  #toldCursorAt: number;
  #notedUseAt: number;
  #lastAccepted = 0;

  /** `gone` is called when it is closed. */
  constructor(parts: StreamParts, session: Session, sink: Sink, gone: (stream: Stream) => void) {
    this.session = session;
    this.#parts = parts;
    this.#sink = sink;
    this.#onClosed = gone;
    this.#notedUseAt = session.lastUsedAt;
    this.#openedAt = parts.stopwatch();
    this.#toldCursorAt = this.#openedAt;
    this.#replies = new ReplyQueue(parts.sizes.maxReplies, () => this.#call());
    this.#responses = new ResponseBuilder({ ...parts, replies: this.#replies, username: session.username });
    this.#commands = new CommandHandler(this, { ...parts, replies: this.#replies });
    const { log, limits, encoder } = parts;
    const { username } = session;
    const welcome = { kind: "welcome", username, logId: log.logId, headId: log.headId, limits } as const;
    this.#replies.open().settle(encoder.event(welcome));
    this.wake();
  }

  /** Whether it reads the log. */
  get reads(): boolean {
    return this.#responses.reader !== undefined && this.#state.kind !== "closed";
  }

  /** Whether it reads the log, and goes through pages of the store. */
  get behind(): boolean {
    return this.reads && this.#responses.reader?.onPages === true;
  }

  /** Carries out a command; resolves when the next one may be read. Never throws. */
  async receive(requestId: string, command: Command): Promise<void> {
    if (this.#takesCommands()) await this.#commands.handle(requestId, command);
  }

  hasJoined(): boolean {
    return this.#state.kind === "joined";
  }

  async join(join: JoinCommand, requestId: string): Promise<void> {
    const { log, limits, presence, feed, fanOut: rounds } = this.#parts;
    const start = await startOf(join, { log, accountId: this.session.accountId, maxRecent: limits.maxRecent });
    if (this.#state.kind !== "open") return;
    this.#isPresent = true;
    const present = presence.join(this.session).catch(async (error) => {
      // Where the stream has ended meanwhile it has left by itself, and must not do so twice.
      const wasPresent = this.#isPresent;
      this.#isPresent = false;
      if (wasPresent) await presence.leave(this.session, "left").catch(() => {});
      throw error;
    });
    // Of what has changed before, `List` tells.
    await Promise.all([present, feed.poll()]);
    if (this.#state.kind !== "open") return this.#leavePresence(this.#isLoggedOut() ? "left" : "broke-off");
    this.#state = { kind: "joined" };
    this.#responses.join(new Reader(log, this.session.accountId, start), requestId);
    rounds.add(this);
    this.#call();
  }

  onAccepted(id: number): void {
    this.#lastAccepted = Math.max(this.#lastAccepted, id);
    this.#parts.log.sync.noteHead(id);
  }

  onSessionEnded(): void {
    this.leave({ reason: "LOGGED_OUT", reconnect: false });
  }

  onOutcomeUnknown(): void {
    // Other answers on their way would be answers to what the client is about to ask again.
    this.#replies.clear();
    this.leave({ reason: "STORE_UNAVAILABLE", reconnect: true, retryAfter: RETRY_SOON });
  }

  /** The client has ended its side: what was read is still answered. */
  halfClose(): void {
    if (!this.#takesCommands()) return;
    this.#state = { kind: "closing", goodbye: undefined, completes: true };
    this.#call();
  }

  /**
   * The client has sent something that is not a request. Everything before it is answered, a join by its replay; so the oldest
   * command without an answer is the bad one.
   */
  refuse(): void {
    if (!this.#takesCommands()) return;
    this.#state = { kind: "closing", goodbye: { reason: "REQUEST_INVALID", reconnect: true }, completes: true };
    this.#call();
  }

  /** The response under way has left. */
  flushed(): void {
    if (this.#state.kind === "ended" || this.#state.kind === "closed") return;
    this.#waitingSince = undefined;
    // Nothing else is looked at: with a thousand streams whatever is touched here comes from memory, and not from the cache.
    if (this.#hasMore || this.#state.kind === "closing") this.#call();
  }

  /** The call is over, for whatever reason. */
  closed(): void {
    if (this.#state.kind === "closed") return;
    // Also when its client had ended its side: a client that cancels does both, and has not waited for its answers.
    this.#end("broke-off");
    this.#state = { kind: "closed" };
    this.#parts.counters.streamsEnded.add(this.#ending);
    this.#onClosed(this);
  }

  /** The server ends the stream, when what is under way has been answered. */
  leave(goodbye: Goodbye): void {
    if (!this.#takesCommands() && !(this.#state.kind === "closing" && this.#state.completes)) return;
    this.#state = { kind: "closing", goodbye, completes: false };
    this.#call();
  }

  wake(): void {
    if (this.#state.kind === "ended" || this.#state.kind === "closed") return;
    if (this.#waitingSince !== undefined) {
      this.#hasMore = true;
      return;
    }
    const repliesOnly = this.#state.kind === "closing" && !this.#state.completes;
    const response = repliesOnly ? this.#responses.replies() : this.#responses.next();
    if (response !== undefined) this.#send(response);
    else if (this.#state.kind === "closing" && this.#replies.empty) this.#finish(this.#state);
    if (!repliesOnly) this.#fetchPage();
  }

  /** Looks after what time brings. `now`: of the stopwatch; `time`: of the clock. */
  tick(now: number, time: ClockReading): void {
    const { timings, signIn } = this.#parts;
    if (this.#waitingSince !== undefined && now - this.#waitingSince >= timings.stallTimeoutMs) {
      this.#waitingSince = undefined;
      this.#ending = "stalled";
      this.#sink.reset();
      return;
    }
    if (!this.#takesCommands()) return;
    if (this.#state.kind === "open" && now - this.#openedAt >= timings.joinTimeoutMs) {
      this.leave({ reason: "JOIN_TIMEOUT", reconnect: true });
    }
    // Its client does not come back from this, so a clock that has just jumped is not believed.
    if (this.session.expiresAt <= time.earlier) this.leave({ reason: "SESSION_EXPIRED", reconnect: false });
    if (signIn.markUsed(this.session.id, this.#notedUseAt, time.later)) this.#notedUseAt = time.later;
    if (now - this.#toldCursorAt >= timings.cursorIntervalMs) this.#tellCursor(now);
  }

  #isLoggedOut(): boolean {
    return this.#state.kind === "closing" && this.#state.goodbye?.reason === "LOGGED_OUT";
  }

  #takesCommands(): boolean {
    return this.#state.kind === "open" || this.#state.kind === "joined";
  }

  #call(): void {
    if (this.#state.kind !== "ended" && this.#state.kind !== "closed") this.#parts.fanOut.wakeOne(this);
  }

  #send(response: Uint8Array): void {
    this.#waitingSince = this.#parts.stopwatch();
    this.#hasMore = this.#responses.hasMore;
    this.#sink.send(response);
  }

  #fetchPage(): void {
    const { log } = this.#parts;
    const { reader } = this.#responses;
    if (this.#waitingSince !== undefined || this.#isFetching || reader === undefined) return;
    if (!reader.onPages || !reader.behind) return;
    this.#isFetching = true;
    const goOn = () => {
      this.#isFetching = false;
      this.#call();
    };
    log.loadPage(reader).then(goOn, () => setTimeout(goOn, RETRY_SOON).unref());
  }

  #tellCursor(now: number): void {
    if (this.#waitingSince !== undefined || this.#responses.reader?.live !== true) return;
    this.#toldCursorAt = now;
    this.wake();
    if (this.#waitingSince !== undefined) return;
    const response = this.#responses.cursor();
    if (response !== undefined) this.#send(response);
  }

  /** Nothing more is to be sent but the goodbye. */
  #finish({ goodbye, completes }: Extract<State, { kind: "closing" }>): void {
    const { reader } = this.#responses;
    if (completes && reader !== undefined && (!reader.live || reader.cursor < this.#lastAccepted)) return;
    if (goodbye !== undefined) this.#sayGoodbye(goodbye);
    this.#ending = goodbye?.reason ?? "left";
    this.#waitingSince = this.#parts.stopwatch();
    this.#end(goodbye === undefined ? "left" : "broke-off");
    this.#sink.end(goodbye);
  }

  #sayGoodbye(goodbye: Goodbye): void {
    const response = this.#parts.encoder.event({ kind: "goodbye", ...goodbye });
    this.#parts.counters.response(response.length, 1, 0);
    this.#sink.send(response);
  }

  #end(leaving: LeaveKind): void {
    if (this.#state.kind === "ended") return;
    this.#state = { kind: "ended" };
    const { fanOut: rounds, log } = this.#parts;
    rounds.remove(this);
    if (this.#responses.reader !== undefined) log.release(this.#responses.reader);
    this.#replies.clear();
    this.#leavePresence(leaving);
  }

  #leavePresence(leaving: LeaveKind): void {
    if (!this.#isPresent) return;
    this.#isPresent = false;
    this.#parts.presence.leave(this.session, leaving).catch((error) => this.#parts.report(error));
  }
}
