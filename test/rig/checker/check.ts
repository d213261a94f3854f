import { type History, isEntry, type Stream } from "../history.ts";
import { checkChanges, checkViews } from "./changes.ts";
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
  /** The number of deliveries of entries, verified ones included. Each was compared with the log. */
  readonly deliveries: number;
  /** The log as all clients together know it. */
  readonly log: KnownLog;
  /** The streams that left out an entry which a command without an answer may have erased. The run must go on. */
  readonly unsure: ReadonlySet<Stream>;
}

/**
 * Decides whether a history keeps the promise: an accepted entry is never lost, a client sees no entry twice, everyone has
 * the same entries in the same order, only its two users see a private message and its changes, a cursor is never ahead
 * of what was sent, a gap is announced, a rejected command is not carried out, and a command is carried out once. Only
 * the sender of a message changes it, a deleted message and a replaced text do not come back, and in the end every
 * client has the messages as they are now. The checker knows nothing of any server: only what clients were told.
 *
 * In a run that truncates the log, users may not edit or delete: see `ModelServer.step` in healthyHistory.ts.
 */
export function check(history: History): Verdict {
  const names = nameStreams(history);
  const nameOf = (stream: Stream) => names.get(stream) ?? stream.client;
  const { log, violations } = findLog(history, nameOf);
  const visible = new Map<string, readonly number[]>();
  const visibleTo = (user: string) => {
    const known = visible.get(user);
    if (known !== undefined) return known;
    const ids = log.entries.filter((entry) => log.shows(user, entry)).map(({ id }) => id);
    visible.set(user, ids);
    return ids;
  };
  violations.push(...checkSends(history, log), ...checkChanges(history, log));
  violations.push(...checkClients(history.streams, nameOf), ...checkViews(history, log, nameOf));
  const unsure = new Set<Stream>();
  for (const stream of history.streams) {
    const name = nameOf(stream);
    const found = checkStream(stream, { name, log, visible: visibleTo(stream.user), history });
    violations.push(...found.violations);
    if (found.isUnsure) unsure.add(stream);
  }
  const { verified } = history;
  return {
    violations,
    accepted: (verified?.accepted ?? 0) + countAccepted(history.sends),
    deliveries: (verified?.deliveries ?? 0) + countDeliveries(history.streams),
    log,
    unsure,
  };
}

/** The number of commands with at least one `accepted` answer. */
export function countAccepted(sends: History["sends"]): number {
  return sends.filter(({ answers }) => answers.some(({ kind }) => kind === "accepted")).length;
}

/** The number of entries on all streams; an entry counts once for each stream that showed it. */
export function countDeliveries(streams: History["streams"]): number {
  return streams.reduce((sum, { seen }) => sum + seen.reduce((count, one) => count + (isEntry(one) ? 1 : 0), 0), 0);
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
