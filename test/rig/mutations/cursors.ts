import { list } from "../checker/wording.ts";
import { maySee, type Seen } from "../history.ts";
import {
  changesOf,
  dueIds,
  events,
  isCursorOf,
  isErased,
  lastId,
  type Mutation,
  nameOf,
  newestFirst,
  nextOf,
  oneOf,
  remove,
  shown,
} from "./picking.ts";

/** Faults in the cursors, gaps and `caught_up` of streams. */
export const CURSOR_MUTATIONS: Record<string, Mutation> = {
  "a cursor that is ahead of what was sent": (history, pick) => {
    const found = oneOf(
      shown(history, ({ id }, stream, index) => isCursorOf(stream.seen[index + 1], id)),
      pick,
    );
    if (found === undefined) return undefined;
    const { stream, index, message } = found;
    stream.seen.splice(index, 2, { kind: "cursor", id: message.id }, { ...message });
    const name = nameOf(history, stream);
    return `${name} was told that everything up to ${message.id} had been sent, and then got message ${message.id}.`;
  },
  "a cursor beyond the end of the log": (history, pick) => {
    const found = oneOf(events(history, "cursor"), pick);
    const last = lastId(history);
    if (found === undefined) return undefined;
    found.event.id = last + 5;
    return `${nameOf(history, found.stream)} was told the cursor ${last + 5}, but the log ends with ${last}.`;
  },
  "a cursor that falls": (history, pick) => {
    const found = oneOf(
      events(history, "cursor").filter(({ event }) => event.id > 1),
      pick,
    );
    if (found === undefined) return undefined;
    found.stream.seen.splice(found.index + 1, 0, { kind: "cursor", id: found.event.id - 1 });
    const name = nameOf(history, found.stream);
    return `${name} was told the cursor ${found.event.id - 1} when it was at ${found.event.id} already.`;
  },
  "a client that resumed beyond its cursor": (history, pick) => {
    const found = oneOf(
      history.streams.filter((stream) => nextOf(history, stream) !== undefined && stream.seen.length > 0),
      pick,
    );
    const next = found && nextOf(history, found);
    const reached = next?.join.resumeAfter;
    if (next === undefined || reached === undefined) return undefined;
    next.join.resumeAfter = reached + 1;
    return `${nameOf(history, next)} resumed after ${reached + 1}, but the cursor of its client was ${reached}.`;
  },
  "a gap that was not announced": (history, pick) => {
    const found = oneOf(events(history, "gap"), pick);
    if (found === undefined) return undefined;
    const { stream, index } = found;
    const before = stream.seen.findLast(
      (seen, i): seen is Exclude<Seen, { kind: "gap" }> => i < index && seen.kind !== "gap",
    );
    const cursor = before?.id ?? stream.join.resumeAfter;
    if (cursor === undefined) return undefined;
    const lacking = [...dueIds(history, stream.user)].filter((id) => id > cursor && id < found.event.oldestId);
    if (lacking.length === 0) return undefined;
    stream.seen.splice(index, 1);
    return `${nameOf(history, stream)} was not told of a gap, though the log no longer had ${list(lacking)}.`;
  },
  "a gap that was announced although no message was removed": (history, pick) => {
    const stream = oneOf(
      history.streams.filter(({ complete }) => complete),
      pick,
    );
    const oldest = lastId(history) + 2;
    stream?.seen.push({ kind: "gap", oldestId: oldest });
    return (
      stream && `${nameOf(history, stream)} was told of a gap before ${oldest}, though nothing before it was removed.`
    );
  },
  "a cursor of another log that was accepted without a gap": (history, pick) => {
    const stream = oneOf(
      history.streams.filter(({ join, seen }) => join.resumeAfter !== undefined && seen[0]?.kind === "message"),
      pick,
    );
    if (stream?.welcome === undefined) return undefined;
    stream.join.logId = "log-0";
    const asked = `asked for the entries after ${stream.join.resumeAfter} in the log log-0`;
    const head = `the head was ${stream.welcome.headId} in the log log-1`;
    return `${nameOf(history, stream)} ${asked}, and was told of no gap, though ${head}.`;
  },
  "a caught_up that came twice": (history, pick) => {
    const found = oneOf(events(history, "caughtUp"), pick);
    found?.stream.seen.push({ ...found.event });
    return (
      found &&
      `${nameOf(history, found.stream)} was told twice that it had caught up, the second time with ${found.event.id}.`
    );
  },
  "a caught_up below the head of the welcome": (history, pick) => {
    const found = oneOf(
      events(history, "caughtUp").filter(({ stream, event }) => stream.welcome?.headId === event.id && event.id > 0),
      pick,
    );
    if (found === undefined) return undefined;
    const head = found.event.id;
    found.event.id = head - 1;
    return `${nameOf(history, found.stream)} was told that it had caught up with ${head - 1}, before the head ${head} of its welcome.`;
  },
  "a caught_up that came before the end of the replay": (history, pick) => {
    const found = oneOf(
      events(history, "caughtUp").filter(({ stream, index }) => stream.seen[index - 1]?.kind === "message"),
      pick,
    );
    const message = found?.stream.seen[found.index - 1];
    if (found === undefined || message?.kind !== "message") return undefined;
    found.stream.seen.splice(found.index - 1, 2, found.event, message);
    const name = nameOf(history, found.stream);
    return `${name} was told that it had caught up with ${found.event.id}, and then got message ${message.id}.`;
  },
  "a caught_up that never came": (history, pick) => {
    const found = oneOf(
      events(history, "caughtUp").filter(({ stream }) => stream.complete),
      pick,
    );
    found?.stream.seen.splice(found.index, 1);
    return found && `${nameOf(history, found.stream)} was never told that it had caught up.`;
  },
  "a join that got fewer of the last messages than it asked for": (history, pick) => {
    const stream = oneOf(
      history.streams.filter(({ join }) => join.resumeAfter === undefined && join.recent > 0),
      pick,
    );
    const end = stream?.seen.findIndex(({ kind }) => kind === "caughtUp") ?? -1;
    const got = stream?.seen.slice(0, end).filter((seen) => seen.kind === "message") ?? [];
    const head = stream?.welcome?.headId ?? 0;
    if (stream === undefined || end < 0 || got.length === 0) return undefined;
    const messages = newestFirst(history).filter(({ id }) => id >= history.oldestId && id <= head);
    if (changesOf(history).some(({ kind, id, messageId }) => kind === "deleted" && id > head && messageId <= head)) {
      return undefined;
    }
    const could = messages.filter((one) => maySee(stream.user, one) && !isErased(history, one));
    if (got.length !== Math.min(stream.join.recent, could.length)) return undefined;
    remove(stream, got[0]?.id ?? 0);
    const asked = `asked for the last ${stream.join.recent} messages`;
    return `${nameOf(history, stream)} ${asked}, and got ${got.length - 1} where there were ${got.length}.`;
  },
  "a stream of another log": (history, pick) => {
    const stream = oneOf(history.streams.filter(({ welcome }) => welcome !== undefined).slice(1), pick);
    if (stream?.welcome == null) return undefined;
    stream.welcome.logId = "log-9";
    return `${nameOf(history, stream)} is of the log log-9, and others are of log-1.`;
  },
};
