import { type History, maySee, type Stream } from "../history.ts";
import { checkClients } from "./clients.ts";
import { findLog, type KnownLog } from "./knownLog.ts";
import { checkSends } from "./sends.ts";
import { checkStream } from "./streams.ts";

/** What the checker finds in a history. */
export interface Verdict {
  /** A sentence for each violation of the promise, which names ids, commands and streams. None: the promise held. */
  readonly violations: readonly string[];
  /** How many commands were accepted. */
  readonly accepted: number;
  /** How many messages the streams delivered, each compared with the log. */
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

/** How many of the commands were accepted. */
export function countAccepted(sends: History["sends"]): number {
  return sends.filter(({ answers }) => answers.some(({ kind }) => kind === "accepted")).length;
}

/** How many messages the streams delivered. */
export function countDeliveries(streams: History["streams"]): number {
  return streams.reduce(
    (sum, { seen }) => sum + seen.reduce((count, { kind }) => count + (kind === "message" ? 1 : 0), 0),
    0,
  );
}

/** `stream 2 of ana's phone`. */
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
