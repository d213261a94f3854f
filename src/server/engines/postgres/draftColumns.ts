import type { Draft } from "../../log/ports/logStore.ts";
import type { RowOf } from "../shared/rowOf.ts";
import { toNumbers } from "./session.ts";

/** The columns of a batch: the parameters of `append_drafts` from `session_ids` on. The accounts have the usernames. */
type DraftColumns = RowOf<
  { [Field in keyof Omit<Draft, "sender" | "recipient">]: string | unknown[] },
  ["sessionId", "senderId", "recipientId", "requestId", "text", "at"]
>;

/** Encodes a batch as columns. */
export function toDraftColumns(batch: readonly Draft[]): DraftColumns {
  return [
    toNumbers(batch.map(({ sessionId }) => sessionId)),
    toNumbers(batch.map(({ senderId }) => senderId)),
    toNumbers(batch.map(({ recipientId }) => recipientId)),
    batch.map(({ requestId }) => Buffer.from(requestId)),
    batch.map(({ text }) => text),
    toNumbers(batch.map(({ at }) => at)),
  ];
}
