import { checkClients } from "./clients.ts";
import { type History, maySee, type Stream } from "./history.ts";
import { checkSends } from "./sends.ts";
import { checkStream } from "./streams.ts";
import { findTruth } from "./truth.ts";

/** What the checker says of a history. */
export interface Verdict {
  /** A sentence for each thing that breaks the promise, naming ids, commands and streams. None: it was kept. */
  readonly violations: readonly string[];
  /** Commands that were accepted. */
  readonly accepted: number;
  /** Messages that streams got, all of them held against the log. */
  readonly deliveries: number;
}

/**
 * Decides whether a history keeps the promise: nothing that was accepted is lost, nothing is seen twice, everyone has the same
 * messages in the same order, a private message is seen by its two, a cursor is never ahead of what was sent, a gap is told, what was
 * rejected is not posted, and a command is posted once. It knows nothing of any server: only what clients were told.
 */
export function check(history: History): Verdict {
  const names = nameStreams(history.streams);
  const nameOf = (stream: Stream) => names.get(stream) ?? stream.client;
  const { truth, violations } = findTruth(history, nameOf);
  const visible = new Map<string, readonly number[]>();
  const visibleTo = (user: string) => {
    const known = visible.get(user);
    if (known !== undefined) return known;
    const ids = truth.messages.filter((message) => maySee(user, message)).map(({ id }) => id);
    visible.set(user, ids);
    return ids;
  };
  violations.push(...checkSends(history, truth), ...checkClients(history.streams, nameOf));
  for (const stream of history.streams) {
    violations.push(
      ...checkStream(stream, {
        name: nameOf(stream),
        truth,
        visible: visibleTo(stream.user),
        oldestId: history.oldestId,
        headMayLag: history.headMayLag ?? false,
      }),
    );
  }
  return {
    violations,
    accepted: history.sends.filter(({ answers }) => answers.some(({ kind }) => kind === "accepted")).length,
    deliveries: history.streams.reduce(
      (sum, { seen }) => sum + seen.reduce((count, { kind }) => count + (kind === "message" ? 1 : 0), 0),
      0,
    ),
  };
}

/** `stream 2 of ana's phone`. */
function nameStreams(streams: readonly Stream[]): Map<Stream, string> {
  const counts = new Map<string, number>();
  return new Map(
    streams.map((stream) => {
      const count = (counts.get(stream.client) ?? 0) + 1;
      counts.set(stream.client, count);
      return [stream, `stream ${count} of ${stream.client}`];
    }),
  );
}
