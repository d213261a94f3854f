import type { Seen, Stream } from "./history.ts";

/** Holds the streams of each client against each other: it sees nothing twice, and goes on no further than it had come. */
export function checkClients(streams: readonly Stream[], nameOf: (stream: Stream) => string): string[] {
  const violations: string[] = [];
  const logId = streams.find(({ welcome }) => welcome !== undefined)?.welcome?.logId;
  const clients = new Map<string, Stream[]>();
  for (const stream of streams) {
    if (stream.welcome !== undefined && stream.welcome.logId !== logId) {
      violations.push(`${nameOf(stream)} is of the log ${stream.welcome.logId}, and others are of ${logId}.`);
    }
    clients.set(stream.client, [...(clients.get(stream.client) ?? []), stream]);
  }
  for (const own of clients.values()) violations.push(...checkClient(own, nameOf));
  return violations;
}

function checkClient(streams: readonly Stream[], nameOf: (stream: Stream) => string): string[] {
  const violations: string[] = [];
  const first = new Map<number, Stream>();
  let reached: number | undefined;
  for (const stream of streams) {
    const { resumeAfter } = stream.join;
    if (reached !== undefined && resumeAfter !== undefined && resumeAfter > reached) {
      violations.push(
        `${nameOf(stream)} went on after ${resumeAfter}, but its client had come no further than ${reached}.`,
      );
    }
    for (const seen of stream.seen) {
      // What was seen before a gap may belong to what a log has lost, and the ids may come again.
      if (seen.kind === "gap") first.clear();
      if (seen.kind !== "message") continue;
      const before = first.get(seen.id);
      if (before === undefined) first.set(seen.id, stream);
      else if (before !== stream) {
        violations.push(`${nameOf(stream)} got message ${seen.id} again, which ${nameOf(before)} had.`);
      }
    }
    reached = reachedBy(stream) ?? reached;
  }
  return violations;
}

/** How far a client has come with a stream, as far as it can know; `undefined`: no further than before. */
function reachedBy({ join, welcome, seen }: Stream): number | undefined {
  // Who asked only for what is new, and lost the stream before anything came, goes on from the head that it was welcomed with.
  const start = join.resumeAfter ?? (join.recent === 0 ? welcome?.headId : undefined);
  const last = seen.findLast((one) => cursorOf(one) !== undefined);
  return last === undefined ? start : cursorOf(last);
}

function cursorOf(seen: Seen): number | undefined {
  return seen.kind === "gap" ? seen.oldestId - 1 : seen.id;
}
