import { commandOf, sentence, titleOf } from "../checker/wording.ts";
import type { Deleted } from "../history.ts";
import {
  auditsOf,
  entriesNewestFirst,
  insert,
  isKept,
  lastId,
  type MutableHistory,
  type Mutation,
  messageOf,
  nameOf,
  nextOf,
  oneOf,
  remove,
  type Stream,
  sees,
  sendOf,
  streamsWith,
} from "./picking.ts";

/** Faults in deletions. */
export const DELETION_MUTATIONS: Record<string, Mutation> = {
  "a deletion that was accepted and lost": (history, pick) => {
    const deletion = oneOf(seenDeletions(history), pick);
    const send = deletion && sendOf(history, deletion);
    if (deletion === undefined || send === undefined) return undefined;
    for (const stream of history.streams) remove(stream, deletion.id);
    return `${commandOf(send)} was accepted as ${deletion.id}, and no client ever got it.`;
  },
  "a deletion that one stream has left out": (history, pick) => {
    const deletion = oneOf(seenDeletions(history), pick);
    const streams = deletion === undefined ? [] : streamsWith(history, deletion.id);
    const stream = oneOf(streams, pick);
    if (deletion === undefined || streams.length < 2 || stream?.join.resumeAfter === undefined) return undefined;
    remove(stream, deletion.id);
    return `${nameOf(history, stream)} never got ${titleOf(deletion)}.`;
  },
  "a message that was deleted twice": (history, pick) => {
    const deletion = oneOf(seenDeletions(history), pick);
    if (deletion === undefined || messageOf(history, deletion.messageId) === undefined) return undefined;
    const again = lastId(history) + 1;
    for (const stream of history.streams) {
      if (stream.complete && sees(history, stream.user, deletion)) stream.seen.push({ ...deletion, id: again });
    }
    return `Deletion ${again} of message ${deletion.messageId} was accepted after deletion ${deletion.id}.`;
  },
  "a deletion by a stranger": (history, pick) => {
    const deletion = oneOf(seenDeletions(history), pick);
    const send = deletion && sendOf(history, deletion);
    if (deletion === undefined || send === undefined || messageOf(history, deletion.messageId) === undefined) {
      return undefined;
    }
    const { user: sender } = send;
    Object.assign(send, { user: "eve", client: "eve's phone" });
    return `${commandOf(send)} changed message ${deletion.messageId}, which is ${sender}'s.`;
  },
  "a deletion in the name of another user": (history, pick) => {
    const deletion = oneOf(seenDeletions(history), pick);
    if (deletion === undefined || messageOf(history, deletion.messageId) === undefined) return undefined;
    const { by: sender } = deletion;
    for (const { seen } of history.streams) {
      for (const one of seen) if (one.kind === "deleted" && one.id === deletion.id) one.by = "eve";
    }
    return sentence(`${titleOf(deletion)} is by eve, but the message is ${sender}'s`);
  },
  "a deletion that nobody asked for": (history, pick) => {
    const deletion = oneOf(seenDeletions(history), pick);
    if (deletion === undefined) return undefined;
    history.sends = history.sends.filter(
      ({ kind, messageId }) => kind !== "deleted" || messageId !== deletion.messageId,
    );
    return sentence(`${titleOf(deletion)} is none that anybody has asked for`);
  },
  "a deletion that a stranger sees": (history, pick) => {
    const deletions = seenDeletions(history).filter(({ messageId }) => messageOf(history, messageId)?.recipient);
    const deletion = oneOf(deletions, pick);
    const stream = oneOf(
      auditsOf(history, (user) => deletion !== undefined && !sees(history, user, deletion)),
      pick,
    );
    if (deletion === undefined || stream === undefined) return undefined;
    insert(stream, deletion);
    return `${nameOf(history, stream)} got ${titleOf(deletion)}, which is private to others.`;
  },
  "a deleted text that comes back from a page cache": (history, pick) =>
    bringBack(history, ({ client }) => client.startsWith("the audit"), pick),
  "a deleted text that comes back after a restart": (history, pick) =>
    bringBack(history, ({ client }) => !client.startsWith("the audit"), pick),
  "a deleted text that comes back from another node": (history, pick) => {
    Object.assign(history, { headMayLag: true });
    return bringBack(history, () => true, pick);
  },
  "a deletion that was rejected and happened": (history, pick) => {
    const deletion = oneOf(seenDeletions(history), pick);
    const send = deletion && sendOf(history, deletion);
    if (deletion === undefined || send === undefined) return undefined;
    send.answers = [{ kind: "rejected", reason: "RATE_LIMITED" }];
    history.sends = history.sends.filter(
      (one) => one === send || one.kind !== "deleted" || one.messageId !== deletion.messageId,
    );
    return `${commandOf(send)} was rejected (RATE_LIMITED), and is entry ${deletion.id} all the same.`;
  },
  "a client that has a deleted message in the end": (history, pick) => {
    // Between the welcome and the join, a deletion is not sent to a client without a cursor, nor is the message.
    const found = oneOf(
      seenDeletions(history).flatMap((deletion) => {
        const message = messageOf(history, deletion.messageId);
        return history.streams.flatMap((stream) => {
          const { join, welcome, complete, user } = stream;
          const isLast = complete && nextOf(history, stream) === undefined && join.resumeAfter === undefined;
          if (message === undefined || !isLast || welcome == null || welcome.headId < deletion.id) return [];
          return sees(history, user, message) ? [{ stream, welcome, message, deletion }] : [];
        });
      }),
      pick,
    );
    if (found === undefined) return undefined;
    const { stream, welcome, message, deletion } = found;
    welcome.headId = deletion.id - 1;
    insert(stream, message);
    const has = `${nameOf(history, stream)} has message ${message.id} in the end`;
    return `${has}, though deletion ${deletion.id} deleted it.`;
  },
};

/** The deletions on the streams that the log still has, the newest first. */
function seenDeletions(history: MutableHistory): Deleted[] {
  return entriesNewestFirst(history).filter(
    (entry): entry is Deleted => entry.kind === "deleted" && isKept(history, entry),
  );
}

/** Shows a deleted message on a stream whose welcome was after the deletion. */
function bringBack(history: MutableHistory, where: (stream: Stream) => boolean, pick: number): string | undefined {
  const found = oneOf(
    seenDeletions(history).flatMap((deletion) => {
      const message = messageOf(history, deletion.messageId);
      if (message === undefined) return [];
      return history.streams.flatMap((stream) => {
        const isAfter = (stream.welcome?.headId ?? 0) >= deletion.id && sees(history, stream.user, message);
        return isAfter && where(stream) ? [{ stream, message, deletion }] : [];
      });
    }),
    pick,
  );
  if (found === undefined) return undefined;
  insert(found.stream, found.message);
  const how = `though deletion ${found.deletion.id} was before its welcome`;
  return `${nameOf(history, found.stream)} got ${titleOf(found.message)}, ${how}.`;
}
