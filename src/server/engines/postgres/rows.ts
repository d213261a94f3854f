import type { AppendResult, Draft } from "../../log/ports/logStore.ts";
import { toNumbers } from "./session.ts";

/** The columns of a batch: sessions, senders, recipients (0: everyone), request ids, texts, times. */
export function toColumns(batch: readonly Draft[]): unknown[] {
  return [
    toNumbers(batch.map(({ sessionId }) => sessionId)),
    toNumbers(batch.map(({ senderId }) => senderId)),
    toNumbers(batch.map(({ recipientId }) => recipientId)),
    batch.map(({ requestId }) => Buffer.from(requestId)),
    batch.map(({ text }) => text),
    toNumbers(batch.map(({ at }) => at)),
  ];
}

/** What became of a batch, from what the database says of each draft: see `append_drafts`. */
export function toAppended(
  batch: readonly Draft[],
  kinds: string,
  ids: readonly number[],
  sentAts: readonly number[],
): AppendResult[] {
  /** Where in the batch a request id was accepted. */
  const accepted = new Map<string, number>();
  const acceptedAt = (i: number, duplicate: boolean): AppendResult => {
    return { kind: "accepted", id: ids[i] as number, sentAt: sentAts[i] as number, duplicate };
  };
  return batch.map((draft, i) => {
    const key = `${draft.senderId} ${draft.requestId}`;
    switch (kinds[i]) {
      case "n":
        accepted.set(key, i);
        return acceptedAt(i, false);
      case "d":
        return acceptedAt(i, true);
      case "b": {
        const first = accepted.get(key) as number;
        const { text, recipientId } = batch[first] as Draft;
        return text === draft.text && recipientId === draft.recipientId ? acceptedAt(first, true) : { kind: "reused" };
      }
      case "r":
        return { kind: "reused" };
      default:
        return { kind: "session-ended" };
    }
  });
}
