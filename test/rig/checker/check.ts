import { type History, maySee, type Stream } from "../history.ts";
import { checkClients } from "./clients.ts";
import { findLog, type KnownLog } from "./knownLog.ts";
import { checkSends } from "./sends.ts";
import { checkStream } from "./streams.ts";

/** What the checker finds in a history. */
export interface Verdict {
  /** A sentence for each violation of the promise, which names ids, commands and streams. None: the promise held. */
  readonly violations: readonly string[];
  /** The number of accepted commands, verified ones included. */
  readonly accepted: number;
  /** The number of deliveries of messages, verified ones included. Each was compared with the log. */
  readonly deliveries: number;
  /** The log as all clients together know it. */
  readonly log: KnownLog;
}

/**
 * Decides whether a history keeps the promise: an accepted message is never lost, a client sees no message twice,
 * everyone has the same messages in the same order, only its two users see a private message, a cursor is never ahead
 * of what was sent, a gap is announced, a rejected command is not posted, and a command is posted once. The checker
 * knows nothing of any server: only what clients were told.
 */
export function check(history: History): Verdict {
  const names = nameStreams(history);
  const nameOf = (stream: Stream) => names.get(stream) ?? stream.client;
  const { log, violations } = findLog(history, nameOf);
  const visible = new Map<string, readonly number[]>();
  const visibleTo = (user: string) => {
    const known = visible.get(user);
    if (known !== undefined) return known;
    const ids = log.messages.filter((message) => maySee(user, message)).map(({ id }) => id);
    visible.set(user, ids);
    return ids;
  };
  violations.push(...checkSends(history, log), ...checkClients(history.streams, nameOf));
  for (const stream of history.streams) {
    const name = nameOf(stream);
    violations.push(...checkStream(stream, { name, log, visible: visibleTo(stream.user), history }));
  }
  const { verified } = history;
  return {
    violations,
    accepted: (verified?.accepted ?? 0) + countAccepted(history.sends),
    deliveries: (verified?.deliveries ?? 0) + countDeliveries(history.streams),
    log,
  };
}

/** The number of commands with at least one `accepted` answer. */
export function countAccepted(sends: History["sends"]): number {
  return sends.filter(({ answers }) => answers.some(({ kind }) => kind === "accepted")).length;
}

/** The number of message events on all streams; a message counts once for each stream that showed it. */
export function countDeliveries(streams: History["streams"]): number {
  return streams.reduce(
    (sum, { seen }) => sum + seen.reduce((count, { kind }) => count + (kind === "message" ? 1 : 0), 0),
    0,
  );
}

/** Names each stream by its client and its number there, such as `stream 2 of ana's phone`. */
function nameStreams({ streams, verified }: History): Map<Stream, string> {
  const counts = new Map(verified?.streams);
  return new Map(
    streams.map((stream) => {
      const count = (counts.get(stream.client) ?? 0) + 1;
      counts.set(stream.client, count);
      return [stream, `stream ${count} of ${stream.client}`];
    }),
  );
}
