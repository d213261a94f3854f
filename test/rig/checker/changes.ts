import type { Change, History, Stream } from "../history.ts";
import { firstId, type KnownLog } from "./knownLog.ts";
import { nameOf, quote, sentence, titleOf } from "./wording.ts";

/** Checks the edits and deletions of each message: nothing comes after the deletion, which is by the sender. */
export function checkChanges(history: History, log: KnownLog): string[] {
  const violations: string[] = [];
  for (const [messageId, changes] of log.changes) {
    const message = log.byId.get(messageId);
    const [first] = changes;
    if (first === undefined) continue;
    const isGone = messageId < firstId(history) || history.isRunning === true;
    if (message === undefined ? !isGone : message.kind !== "message") {
      violations.push(sentence(`${titleOf(first)} is of an id that is no message`));
    }
    if (first.id <= messageId) violations.push(sentence(`${titleOf(first)} came before the message`));
    const deletion = log.deletion(messageId);
    if (deletion === undefined) continue;
    for (const change of changes) if (change.id > deletion.id) violations.push(afterDeletion(change, deletion));
    if (message?.kind === "message" && message.sender !== deletion.by) {
      violations.push(sentence(`${titleOf(deletion)} is by ${deletion.by}, but the message is ${message.sender}'s`));
    }
  }
  return violations;
}

function afterDeletion(change: Change, deletion: Change): string {
  return sentence(`${titleOf(change)} was accepted after ${nameOf(deletion)}`);
}

/**
 * Checks what each client has in the end, if it waited for everything: the messages that its streams gave it, as they
 * are now.
 */
export function checkViews(history: History, log: KnownLog, nameOfStream: (stream: Stream) => string): string[] {
  return [...Map.groupBy(history.streams, ({ client }) => client).values()].flatMap((streams) => {
    const last = streams.at(-1);
    if (last?.complete !== true) return [];
    const violations: string[] = [];
    for (const [id, text] of viewOf(streams)) {
      const deletion = log.deletion(id);
      const edit = log.edits(id).at(-1);
      const has = `${nameOfStream(last)} has message ${id} in the end`;
      if (deletion !== undefined) violations.push(`${has}, though ${nameOf(deletion)} deleted it.`);
      // The edits of a message that the store has removed are not sent any more.
      else if (id >= history.oldestId && edit !== undefined && edit.text !== text) {
        violations.push(`${has} as ${quote(text)}, and not as ${nameOf(edit)} made it.`);
      }
    }
    return violations;
  });
}

/** By id: the text of each message that a client has. */
function viewOf(streams: readonly Stream[]): Map<number, string> {
  const view = new Map<number, string>();
  for (const { join, seen } of streams) {
    // A client without a cursor begins anew.
    if (join.resumeAfter === undefined) view.clear();
    for (const one of seen) {
      if (one.kind === "message") view.set(one.id, one.text);
      else if (one.kind === "edited" && view.has(one.messageId)) view.set(one.messageId, one.text);
      else if (one.kind === "deleted") view.delete(one.messageId);
      else if (one.kind === "gap") view.clear();
    }
  }
  return view;
}
