import { commandOf, nameOf as nameOfEntry, quote, sentence, titleOf } from "../checker/wording.ts";
import type { Edited, Message } from "../history.ts";
import {
  auditsOf,
  changesOf,
  deletionOf,
  editsOf,
  entriesNewestFirst,
  insert,
  isErased,
  isKept,
  isSeen,
  lastId,
  type MutableHistory,
  type Mutation,
  messageOf,
  nameOf,
  oneOf,
  remove,
  replace,
  sees,
  sendOf,
  shown,
  streamsWith,
} from "./picking.ts";

/** Faults in edits. */
export const EDIT_MUTATIONS: Record<string, Mutation> = {
  "an edit that was accepted and lost": (history, pick) => {
    const edit = oneOf(newestEdits(history), pick);
    const send = edit && sendOf(history, edit);
    const before = edit && textBefore(history, edit);
    if (edit === undefined || before === undefined || !send?.answers.some(({ kind }) => kind === "accepted")) {
      return undefined;
    }
    for (const stream of history.streams) {
      remove(stream, edit.id);
      replace(stream, edit.messageId, (message) => (message.text === edit.text ? { ...message, ...before } : message));
    }
    return `${commandOf(send)} was accepted as ${edit.id}, and no client ever got it.`;
  },
  "an edit that one stream has left out": (history, pick) => {
    const found = oneOf(
      newestEdits(history).flatMap((edit) => {
        const streams = streamsWith(history, edit.id);
        return streams.length < 2 ? [] : streams.map((stream) => ({ stream, edit }));
      }),
      pick,
    );
    if (found === undefined || found.stream.join.resumeAfter === undefined) return undefined;
    remove(found.stream, found.edit.id);
    return `${nameOf(history, found.stream)} never got ${titleOf(found.edit)}.`;
  },
  "an edit that was applied twice": (history, pick) => {
    const edit = oneOf(newestEdits(history), pick);
    const send = edit && sendOf(history, edit);
    if (edit === undefined || send === undefined) return undefined;
    const again = lastId(history) + 1;
    for (const stream of history.streams) {
      if (stream.complete && sees(history, stream.user, edit)) stream.seen.push({ ...edit, id: again });
    }
    return `${commandOf(send)} is in the log more than once: as ${edit.id} and ${again}.`;
  },
  "two edits of a message that were applied in the wrong order": (history, pick) => {
    const found = oneOf(
      newestEdits(history).flatMap((edit) => {
        const before = editsOf(history, edit.messageId).at(-2);
        return before === undefined ? [] : [{ edit, before }];
      }),
      pick,
    );
    return found && bringBack(history, found.edit, found.before, ({ client }) => client.startsWith("the audit"), pick);
  },
  "an edit that came in the wrong order": (history, pick) => {
    const found = oneOf(
      history.streams.flatMap((stream) =>
        stream.seen.flatMap((edit, index) => {
          const before = stream.seen[index - 1];
          return edit.kind === "edited" && before?.kind === "message" ? [{ stream, index, edit, before }] : [];
        }),
      ),
      pick,
    );
    if (found === undefined) return undefined;
    const { stream, index, edit, before } = found;
    stream.seen.splice(index - 1, 2, edit, before);
    return `${nameOf(history, stream)} got message ${before.id} after ${edit.id}.`;
  },
  "an edit by a stranger": (history, pick) => {
    const edit = oneOf(newestEdits(history), pick);
    const send = edit && sendOf(history, edit);
    if (edit === undefined || send === undefined) return undefined;
    const { user: sender } = send;
    Object.assign(send, { user: "eve", client: "eve's phone" });
    return `${commandOf(send)} changed message ${edit.messageId}, which is ${sender}'s.`;
  },
  "an edit that nobody asked for": (history, pick) => {
    const edit = oneOf(seenEdits(history), pick);
    if (edit === undefined) return undefined;
    history.sends = history.sends.filter(({ text }) => text !== edit.text);
    return sentence(`${titleOf(edit)} is none that anybody has asked for: ${quote(edit.text)}`);
  },
  "an edit that a stranger sees": (history, pick) => {
    const edits = seenEdits(history).filter(({ messageId }) => messageOf(history, messageId)?.recipient);
    const edit = oneOf(edits, pick);
    const stream = oneOf(
      auditsOf(history, (user) => edit !== undefined && !sees(history, user, edit)),
      pick,
    );
    if (edit === undefined || stream === undefined) return undefined;
    insert(stream, edit);
    return `${nameOf(history, stream)} got ${titleOf(edit)}, which is private to others.`;
  },
  "a replaced text that comes back from a page cache": (history, pick) => {
    const edit = oneOf(newestEdits(history), pick);
    const before = edit && textBefore(history, edit);
    return edit && before && bringBack(history, edit, before, ({ client }) => client.startsWith("the audit"), pick);
  },
  "a replaced text that comes back from another node": (history, pick) => {
    Object.assign(history, { headMayLag: true });
    const edit = oneOf(newestEdits(history), pick);
    const before = edit && textBefore(history, edit);
    return edit && before && bringBack(history, edit, before, () => true, pick);
  },
  "a replaced edit that comes back": (history, pick) => {
    const found = oneOf(
      changesOf(history).flatMap((edit) => {
        const newest = editsOf(history, edit.messageId).at(-1);
        if (edit.kind !== "edited" || newest === undefined || newest.id === edit.id || !isKept(history, edit))
          return [];
        return deletionOf(history, edit.messageId) === undefined ? [{ edit, newest }] : [];
      }),
      pick,
    );
    const stream =
      found &&
      oneOf(
        auditsOf(history, (user) => sees(history, user, found.edit)),
        pick,
      );
    if (found === undefined || stream === undefined) return undefined;
    const { edit, newest } = found;
    insert(stream, edit);
    const how = `with a text that ${nameOfEntry(newest)} replaced before its welcome`;
    return `${nameOf(history, stream)} got ${titleOf(edit)} ${how}.`;
  },
  "an edit of a deleted message that comes back": (history, pick) => {
    const found = oneOf(
      changesOf(history).flatMap((edit) => {
        const deletion = deletionOf(history, edit.messageId);
        return edit.kind === "edited" && deletion !== undefined ? [{ edit, deletion }] : [];
      }),
      pick,
    );
    const stream =
      found &&
      oneOf(
        auditsOf(history, (user) => sees(history, user, found.edit)),
        pick,
      );
    if (found === undefined || stream === undefined) return undefined;
    insert(stream, found.edit);
    const how = `though ${nameOfEntry(found.deletion)} was before its welcome`;
    return `${nameOf(history, stream)} got ${titleOf(found.edit)}, ${how}.`;
  },
  "an edit that was rejected and applied": (history, pick) => {
    const edits = history.sends.filter(({ kind }) => kind === "edited");
    const send = oneOf(edits.filter(isSeen(history)), pick);
    const answer = send?.answers[0];
    if (send === undefined || answer?.kind !== "accepted") return undefined;
    send.answers = [{ kind: "rejected", reason: "RATE_LIMITED" }];
    return `${commandOf(send)} was rejected (RATE_LIMITED), and is entry ${answer.id} all the same.`;
  },
  "an edit that was accepted after the deletion of its message": (history, pick) => {
    const deletion = oneOf(
      entriesNewestFirst(history).filter((entry) => entry.kind === "deleted"),
      pick,
    );
    if (deletion === undefined) return undefined;
    const { messageId, by: user, deletedAt: editedAt } = deletion;
    const [id, text] = [lastId(history) + 1, "too late"];
    const answers = [{ kind: "accepted" as const, id, sentAt: editedAt, duplicate: false }];
    const command = { kind: "edited" as const, user, client: "a tablet", requestId: "r0", recipient: "", messageId };
    history.sends.push({ ...command, text, answers });
    for (const stream of auditsOf(history, (one) => sees(history, one, deletion))) {
      stream.seen.push({ kind: "edited", id, messageId, text, editedAt });
    }
    return `Edit ${id} of message ${messageId} was accepted after deletion ${deletion.id}.`;
  },
  "an edit that was rejected although its message is there": (history, pick) => {
    const kept = shown(history, (message) => isKept(history, message) && !isErased(history, message));
    const message = oneOf(kept, pick)?.message;
    if (message === undefined) return undefined;
    const command = { kind: "edited" as const, user: message.sender, client: "a tablet", requestId: "r0" };
    const answers = [{ kind: "rejected" as const, reason: "MESSAGE_UNKNOWN" }];
    const send = { ...command, recipient: "", messageId: message.id, text: "a new text", answers };
    history.sends.push(send);
    return `${commandOf(send)} was rejected (MESSAGE_UNKNOWN), though it may change message ${message.id}.`;
  },
  "a message whose time of the edit is not that of the edit": (history, pick) => {
    const edits = new Map(seenEdits(history).map((edit) => [edit.text, edit]));
    const found = oneOf(
      shown(history, ({ text }) => edits.has(text)),
      pick,
    );
    const edit = edits.get(found?.message.text ?? "");
    if (found === undefined || edit === undefined) return undefined;
    const editedAt = edit.editedAt + 1;
    for (const stream of history.streams) {
      replace(stream, edit.messageId, (one) => (one.text === edit.text ? { ...one, editedAt } : one));
    }
    const says = `Message ${edit.messageId} says that it was edited at ${editedAt}`;
    return `${says}, but edit ${edit.id} is of ${edit.editedAt}.`;
  },
  "an edit of before the join, for a client that asked for none": (history, pick) => {
    const found = oneOf(
      history.streams.flatMap((stream) => {
        if (stream.join.resumeAfter !== undefined || stream.welcome == null) return [];
        const { headId } = stream.welcome;
        return seenEdits(history).flatMap((edit) => (edit.id <= headId ? [{ stream, edit }] : []));
      }),
      pick,
    );
    if (found === undefined) return undefined;
    insert(found.stream, found.edit);
    return `${nameOf(history, found.stream)} asked for nothing before its welcome, and got ${titleOf(found.edit)}.`;
  },
  "a client that has a replaced text in the end": (history, pick) => {
    // Between the welcome and the join, an edit is not sent to a client without a cursor, which gets the new text.
    const edits = newestEdits(history).filter((one) => streamsWith(history, one.id).length > 1);
    const edit = oneOf(edits, pick);
    const before = edit && textBefore(history, edit);
    const stream =
      edit &&
      oneOf(
        auditsOf(history, (user) => sees(history, user, edit)),
        pick,
      );
    if (edit === undefined || before === undefined || stream?.welcome == null) return undefined;
    stream.join.resumeAfter = undefined;
    stream.welcome.headId = edit.id - 1;
    remove(stream, edit.id);
    replace(stream, edit.messageId, (message) => ({ ...message, ...before }));
    const has = `${nameOf(history, stream)} has message ${edit.messageId} in the end`;
    return `${has} as ${quote(before.text)}, and not as edit ${edit.id} made it.`;
  },
};

/** The edits on the streams, the newest first. */
function seenEdits(history: MutableHistory): Edited[] {
  return entriesNewestFirst(history).filter((entry) => entry.kind === "edited");
}

/** Those of them that the store has not erased. */
function newestEdits(history: MutableHistory): Edited[] {
  return seenEdits(history).filter((edit) => isKept(history, edit) && !isErased(history, edit));
}

/** The text that an edit replaced. */
function textBefore(
  history: MutableHistory,
  { id, messageId }: Edited,
): Pick<Message, "text" | "editedAt"> | undefined {
  const edit = editsOf(history, messageId).findLast((one) => one.id < id);
  if (edit !== undefined) return { text: edit.text, editedAt: edit.editedAt };
  const send = history.sends.find(
    ({ kind, answers }) => kind === "message" && answers.some((one) => one.kind === "accepted" && one.id === messageId),
  );
  return send && { text: send.text, editedAt: 0 };
}

/** Shows a message with an old text on a stream whose welcome was after the edit. */
function bringBack(
  history: MutableHistory,
  edit: Edited,
  { text, editedAt }: Pick<Message, "text" | "editedAt">,
  where: (stream: MutableHistory["streams"][number]) => boolean,
  pick: number,
): string | undefined {
  const found = oneOf(
    shown(history, ({ id }, stream) => {
      return id === edit.messageId && (stream.welcome?.headId ?? 0) >= edit.id && where(stream);
    }),
    pick,
  );
  if (found === undefined) return undefined;
  replace(found.stream, edit.messageId, (message) => ({ ...message, text, editedAt }));
  const how = `with a text that ${nameOfEntry(edit)} replaced before its welcome`;
  return `${nameOf(history, found.stream)} got ${titleOf(found.message)} ${how}.`;
}
