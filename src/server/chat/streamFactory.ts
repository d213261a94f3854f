import type { Session } from "../accounts/ports/sessionStore.ts";
import type { SignIn } from "../accounts/signIn.ts";
import type { Limits, Sizes, Timings } from "../common/limits.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { LogReplica } from "../log/logReplica.ts";
import type { LocalPresence } from "../presence/localPresence.ts";
import type { PresenceFeed } from "../presence/presenceFeed.ts";
import { CommandHandler } from "./commandHandler.ts";
import type { Counters } from "./counters.ts";
import type { Encoder } from "./events.ts";
import type { FanOut } from "./fanOut.ts";
import type { MessageSubmitter } from "./messageSubmitter.ts";
import { ReplyQueue } from "./replyQueue.ts";
import { ResponseBuilder } from "./responseBuilder.ts";
import { type Sink, Stream } from "./stream.ts";
import { StreamPresence } from "./streamPresence.ts";

/** The parts that all streams of a node share. */
export interface StreamFactoryOptions {
  readonly log: LogReplica;
  readonly fanOut: FanOut;
  readonly presence: LocalPresence;
  readonly feed: PresenceFeed;
  readonly submitter: MessageSubmitter;
  readonly signIn: SignIn;
  readonly encoder: Encoder;
  readonly counters: Counters;
  readonly limits: Limits;
  readonly timings: Timings;
  readonly sizes: Sizes;
  readonly stopwatch: Stopwatch;
  /** Receives the errors that the operator should know of. */
  readonly report: (error: unknown) => void;
}

/** Composes streams. Only this class knows which part of a stream uses which collaborators. */
export class StreamFactory {
  readonly #options: StreamFactoryOptions;

  constructor(options: StreamFactoryOptions) {
    this.#options = options;
  }

  /**
   * Opens a stream of a session, and sends the welcome. `readUpTo`: the read marker of the user. `onClosed` is called
   * once, when the call is over.
   */
  open(session: Session, sink: Sink, readUpTo: number, onClosed: (stream: Stream) => void): Stream {
    const { log, fanOut, presence, feed, submitter, signIn, encoder, counters, report } = this.#options;
    const { limits, timings, sizes, stopwatch } = this.#options;
    const { username } = session;
    const replies = new ReplyQueue(sizes.maxReplies, () => stream.wakeSoon());
    const stream: Stream = new Stream(session, sink, {
      log,
      fanOut,
      presence: new StreamPresence(session, { presence, feed, report }),
      commands: new CommandHandler({ submitter, replies, encoder, counters, logId: log.logId, report }),
      responses: new ResponseBuilder({
        replies,
        feed,
        encoder,
        counters,
        username,
        readUpTo,
        maxBytes: sizes.responseBytes,
      }),
      signIn,
      maxRecent: limits.maxRecent,
      timings,
      stopwatch,
      onClosed: (ending) => {
        counters.streamsEnded.add(ending);
        onClosed(stream);
      },
    });
    const welcome = { kind: "welcome", username, logId: log.logId, headId: log.headId, readUpTo, limits } as const;
    replies.open().settle(encoder.event(welcome));
    stream.wake();
    return stream;
  }
}
