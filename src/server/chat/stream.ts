import type { Session } from "../accounts/ports/sessionStore.ts";
import type { SignIn } from "../accounts/signIn.ts";
import type { Timings } from "../common/limits.ts";
import { RETRY_SOON_MS } from "../common/refusal.ts";
import type { ClockReading } from "../common/steadyClock.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { LogReplica } from "../log/logReplica.ts";
import { Reader } from "../log/reader.ts";
import type { LeaveKind } from "../presence/localPresence.ts";
import type { Command, CommandHandler, StreamContext } from "./commandHandler.ts";
import type { StreamEnding } from "./counters.ts";
import type { Goodbye } from "./events.ts";
import type { FanOut, Wakeable } from "./fanOut.ts";
import { type JoinCommand, startOf } from "./join.ts";
import type { ResponseBuilder } from "./responseBuilder.ts";
import type { StreamPresence } from "./streamPresence.ts";

/** The wire below a stream. */
export interface Sink {
  /**
   * Sends a response, and calls the stream's `flushed` when the response has been written. The stream sends one
   * response at a time; only a goodbye may follow a response that is in flight.
   */
  send(response: Uint8Array): void;
  /**
   * Ends the call after the responses that were sent, with the status of a goodbye if there is one; then calls
   * `closed`.
   */
  end(goodbye?: Goodbye): void;
  /** Ends the call at once and drops the responses in flight; then calls `closed`. */
  reset(): void;
}

/** The collaborators of a stream; `StreamFactory` composes them. */
export interface StreamParts {
  readonly log: LogReplica;
  readonly fanOut: FanOut;
  readonly presence: StreamPresence;
  readonly commands: CommandHandler;
  readonly responses: ResponseBuilder;
  readonly signIn: Pick<SignIn, "markUsed">;
  /** The maximum of a join's `recent`. */
  readonly maxRecent: number;
  readonly timings: Pick<Timings, "stallTimeoutMs" | "joinTimeoutMs" | "cursorIntervalMs">;
  readonly stopwatch: Stopwatch;
  /** Called once, when the call is over. */
  readonly onClosed: (ending: StreamEnding) => void;
}

/**
 * The state of a stream: *open* (no join yet); *joined*; *closing* (the client has ended its side, or the server says
 * goodbye; commands that were read are still answered); *ended* (the last response is sent); *closed* (the call is
 * over).
 */
type State =
  | { readonly kind: "open" | "joined" | "ended" | "closed" }
  | {
      readonly kind: "closing";
      readonly goodbye: Goodbye | undefined;
      /** Whether the replay up to `caught_up` and the echoes are sent before the end, and not only the replies. */
      readonly completes: boolean;
    };

/** One open `Chat` call: its state, and its responses, one at a time. */
export class Stream implements Wakeable, StreamContext {
  readonly session: Session;
  readonly #sink: Sink;
  readonly #parts: StreamParts;
  readonly #openedAtMs: number;
  #state: State = { kind: "open" };
  /** The ending that `onClosed` receives if the call is over now. */
  #ending: StreamEnding = "broke-off";
  /** When the response in flight, or the end of the call, was handed to the sink; by the stopwatch. */
  #inFlightSinceMs: number | undefined;
  /** Whether there is more to send after the response in flight. */
  #hasMore = false;
  #isLoadingPage = false;
  #cursorSentAtMs: number;
  /** The last use of the session that is stored, or will be soon; milliseconds since the epoch. */
  #markedUseAt: number;
  #lastAcceptedId = 0;

  constructor(session: Session, sink: Sink, parts: StreamParts) {
    this.session = session;
    this.#sink = sink;
    this.#parts = parts;
    this.#markedUseAt = session.lastUsedAt;
    this.#openedAtMs = parts.stopwatch();
    this.#cursorSentAtMs = this.#openedAtMs;
  }

  /** Whether the stream reads the log: it has joined, and is not closed. */
  get reads(): boolean {
    return this.#parts.responses.reader !== undefined && this.#state.kind !== "closed";
  }

  /** Whether the stream reads the log from pages of the store. */
  get behind(): boolean {
    return this.reads && this.#parts.responses.reader?.onPages === true;
  }

  /** Carries out a command, unless the stream is closing; resolves when the next one may be read. Never throws. */
  async receive(requestId: string, command: Command): Promise<void> {
    if (this.#takesCommands()) await this.#parts.commands.handle(this, requestId, command);
  }

  hasJoined(): boolean {
    return this.#state.kind === "joined";
  }

  async join(join: JoinCommand, requestId: string): Promise<void> {
    const { log, maxRecent, presence, responses, fanOut } = this.#parts;
    const start = await startOf(join, { log, accountId: this.session.accountId, maxRecent });
    if (this.#state.kind !== "open") return;
    await presence.join();
    if (this.#state.kind !== "open") return presence.leave(this.#isLoggedOut() ? "left" : "broke-off");
    this.#state = { kind: "joined" };
    responses.join(new Reader(log, this.session.accountId, start), requestId);
    fanOut.add(this);
    this.wakeSoon();
  }

  onAccepted(id: number): void {
    this.#lastAcceptedId = Math.max(this.#lastAcceptedId, id);
    this.#parts.log.sync.noteHead(id);
  }

  onSessionEnded(): void {
    this.endWith({ reason: "LOGGED_OUT", reconnect: false });
  }

  onOutcomeUnknown(): void {
    // Drops the replies, because the client sends every command without a reply again.
    this.#parts.responses.replies.clear();
    this.endWith({ reason: "STORE_UNAVAILABLE", reconnect: true, retryAfterMs: RETRY_SOON_MS });
  }

  /** The read marker of the user is at `upTo`. Tells the client, once the stream has joined. */
  noteRead(upTo: number): void {
    const hasMoved = this.#parts.responses.noteRead(upTo);
    if (hasMoved && this.#state.kind === "joined") this.wakeSoon();
  }

  /** The client has ended its side: commands that were read are still answered. */
  halfClose(): void {
    this.#closeAfterReplay(undefined);
  }

  /**
   * The client has sent an invalid request. All commands before it are answered, also a join, with its replay. So the
   * client knows that the oldest request without an answer is the invalid one.
   */
  refuse(): void {
    this.#closeAfterReplay({ reason: "REQUEST_INVALID", reconnect: true });
  }

  /** The response in flight has been written. */
  flushed(): void {
    if (this.#state.kind === "ended" || this.#state.kind === "closed") return;
    this.#inFlightSinceMs = undefined;
    // Touches nothing else: with a thousand streams, each object touched here is a cache miss.
    if (this.#hasMore || this.#state.kind === "closing") this.wakeSoon();
  }

  /** The call is over, for any reason. */
  closed(): void {
    if (this.#state.kind === "closed") return;
    // `broke-off` also after a half-close: a client that cancels does both, and has not waited for its replies.
    this.#end("broke-off");
    this.#state = { kind: "closed" };
    this.#parts.onClosed(this.#ending);
  }

  /** Ends the stream with a goodbye, after the replies to commands that were read. */
  endWith(goodbye: Goodbye): void {
    if (!this.#takesCommands() && !(this.#state.kind === "closing" && this.#state.completes)) return;
    this.#state = { kind: "closing", goodbye, completes: false };
    this.wakeSoon();
  }

  wake(): void {
    if (this.#state.kind === "ended" || this.#state.kind === "closed") return;
    if (this.#inFlightSinceMs !== undefined) {
      this.#hasMore = true;
      return;
    }
    const { responses } = this.#parts;
    const repliesOnly = this.#state.kind === "closing" && !this.#state.completes;
    const response = repliesOnly ? responses.repliesOnly() : responses.next();
    if (response !== undefined) this.#send(response);
    else if (this.#state.kind === "closing" && responses.replies.empty) this.#finish(this.#state);
    if (!repliesOnly) this.#loadPage();
  }

  /** Asks the fan-out to wake this stream soon. */
  wakeSoon(): void {
    if (this.#state.kind !== "ended" && this.#state.kind !== "closed") this.#parts.fanOut.wakeOne(this);
  }

  /** Checks the timeouts and sends the cursor if it is due. `nowMs`: of the stopwatch; `time`: of the clock. */
  tick(nowMs: number, time: ClockReading): void {
    const { timings, signIn } = this.#parts;
    if (this.#inFlightSinceMs !== undefined && nowMs - this.#inFlightSinceMs >= timings.stallTimeoutMs) {
      this.#inFlightSinceMs = undefined;
      this.#ending = "stalled";
      this.#sink.reset();
      return;
    }
    if (!this.#takesCommands()) return;
    if (this.#state.kind === "open" && nowMs - this.#openedAtMs >= timings.joinTimeoutMs) {
      this.endWith({ reason: "JOIN_TIMEOUT", reconnect: true });
    }
    // `earlier`, because the client does not reconnect after this: a clock that has just jumped must not end a session.
    if (this.session.expiresAt <= time.earlier) this.endWith({ reason: "SESSION_EXPIRED", reconnect: false });
    if (signIn.markUsed(this.session.id, this.#markedUseAt, time.later)) this.#markedUseAt = time.later;
    if (nowMs - this.#cursorSentAtMs >= timings.cursorIntervalMs) this.#sendCursor(nowMs);
  }

  #isLoggedOut(): boolean {
    return this.#state.kind === "closing" && this.#state.goodbye?.reason === "LOGGED_OUT";
  }

  #takesCommands(): boolean {
    return this.#state.kind === "open" || this.#state.kind === "joined";
  }

  #closeAfterReplay(goodbye: Goodbye | undefined): void {
    if (!this.#takesCommands()) return;
    this.#state = { kind: "closing", goodbye, completes: true };
    this.wakeSoon();
  }

  #send(response: Uint8Array): void {
    this.#inFlightSinceMs = this.#parts.stopwatch();
    this.#hasMore = this.#parts.responses.hasMore;
    this.#sink.send(response);
  }

  #loadPage(): void {
    const { log, responses } = this.#parts;
    const { reader } = responses;
    if (this.#inFlightSinceMs !== undefined || this.#isLoadingPage || reader === undefined) return;
    if (!reader.onPages || !reader.behind) return;
    this.#isLoadingPage = true;
    const onLoaded = () => {
      this.#isLoadingPage = false;
      this.wakeSoon();
    };
    log.loadPage(reader).then(onLoaded, () => setTimeout(onLoaded, RETRY_SOON_MS).unref());
  }

  #sendCursor(nowMs: number): void {
    const { responses } = this.#parts;
    if (this.#inFlightSinceMs !== undefined || responses.reader?.live !== true) return;
    this.#cursorSentAtMs = nowMs;
    this.wake();
    if (this.#inFlightSinceMs !== undefined) return;
    const response = responses.cursor();
    if (response !== undefined) this.#send(response);
  }

  /** Sends the goodbye and ends the call, unless the replay or an echo must still be sent. */
  #finish({ goodbye, completes }: Extract<State, { kind: "closing" }>): void {
    const { responses, stopwatch } = this.#parts;
    const { reader } = responses;
    if (completes && reader !== undefined && (!reader.live || reader.cursor < this.#lastAcceptedId)) return;
    if (goodbye !== undefined) this.#sink.send(responses.goodbye(goodbye));
    this.#ending = goodbye?.reason ?? "left";
    this.#inFlightSinceMs = stopwatch();
    this.#end(goodbye === undefined ? "left" : "broke-off");
    this.#sink.end(goodbye);
  }

  #end(leaving: LeaveKind): void {
    if (this.#state.kind === "ended") return;
    this.#state = { kind: "ended" };
    const { fanOut, log, responses, presence } = this.#parts;
    fanOut.remove(this);
    if (responses.reader !== undefined) log.release(responses.reader);
    responses.replies.clear();
    presence.leave(leaving);
  }
}
