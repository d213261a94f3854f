import { isEntry, type Seen, type Stream } from "../history.ts";
import { nameOf as nameOfEntry } from "./wording.ts";

/**
 * Compares the streams of each client: the client sees no entry twice, and never resumes beyond its last cursor. All
 * streams must be of one log.
 */
export function checkClients(streams: readonly Stream[], nameOf: (stream: Stream) => string): string[] {
  const violations: string[] = [];
  const logId = streams.find(({ welcome }) => welcome !== undefined)?.welcome?.logId;
  for (const stream of streams) {
    if (stream.welcome !== undefined && stream.welcome.logId !== logId) {
      violations.push(`${nameOf(stream)} is of the log ${stream.welcome.logId}, and others are of ${logId}.`);
    }
  }
  for (const own of Map.groupBy(streams, ({ client }) => client).values()) violations.push(...checkClient(own, nameOf));
  return violations;
}

function checkClient(streams: readonly Stream[], nameOf: (stream: Stream) => string): string[] {
  const violations: string[] = [];
  const first = new Map<number, Stream>();
  let reached: number | undefined;
  for (const stream of streams) {
    const { resumeAfter } = stream.join;
    if (reached !== undefined && resumeAfter !== undefined && resumeAfter > reached) {
      violations.push(`${nameOf(stream)} resumed after ${resumeAfter}, but the cursor of its client was ${reached}.`);
    }
    for (const seen of stream.seen) {
      // Entries from before a gap may belong to the lost end of a log. Their ids are then given again.
      if (seen.kind === "gap") first.clear();
      if (!isEntry(seen)) continue;
      const before = first.get(seen.id);
      if (before === undefined) first.set(seen.id, stream);
      else if (before !== stream) {
        violations.push(`${nameOf(stream)} got ${nameOfEntry(seen)} again, which ${nameOf(before)} had.`);
      }
    }
    reached = reachedBy(stream) ?? reached;
  }
  return violations;
}

/** The cursor that a client has from a stream; `undefined` if the stream gave it none. */
export function reachedBy({ join, welcome, seen }: Stream): number | undefined {
  // A client that asked only for new messages, and lost the stream before anything came, resumes after the head of
  // its welcome.
  const start = join.resumeAfter ?? (join.recent === 0 ? welcome?.headId : undefined);
  const last = seen.findLast((one) => cursorOf(one) !== undefined);
  return last === undefined ? start : cursorOf(last);
}

function cursorOf(seen: Seen): number | undefined {
  return seen.kind === "gap" ? seen.oldestId - 1 : seen.id;
}
