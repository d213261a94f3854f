import type { AppendResult, Draft } from "../../log/ports/logStore.ts";

/** A draft on its way to the writing thread: session, sender, recipient (0: everyone), request id, text, time. See `MessageRow`. */
export type DraftRow = [number, number, number, string, string, number];

/** What became of it, on its way back: how, and where it was accepted the id and the time. */
export type AppendedRow = [how: "new" | "duplicate" | "reused" | "session-ended", id: number, sentAt: number];

/** The row of a draft. */
export function toDraftRow({ sessionId, senderId, recipientId, requestId, text, at }: Draft): DraftRow {
  return [sessionId, senderId, recipientId, requestId, text, at];
}

/** What a row says. */
export function toAppended([how, id, sentAt]: AppendedRow): AppendResult {
  if (how === "reused" || how === "session-ended") return { kind: how };
  return { kind: "accepted", id, sentAt, duplicate: how === "duplicate" };
}
