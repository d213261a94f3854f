import type { Content, Draft } from "../../log/ports/logStore.ts";
import { KIND_CODES } from "../shared/logRows.ts";
import { toNumbers } from "./session.ts";

/** The parameters of `append_entries` from `singles` on. The accounts have the usernames. */
type DraftColumns = [
  singles: string,
  singleKinds: string,
  targets: string,
  sessionIds: string,
  senderIds: string,
  recipientIds: string,
  requestIds: Buffer[],
  texts: string[],
  times: string,
];

/** Encodes a batch as columns. */
export function toDraftColumns(batch: readonly Draft[]): DraftColumns {
  const singles = [...batch.keys()].filter((place) => !isPlain(batch[place] as Draft));
  const singleDrafts = singles.map((place) => batch[place] as Draft);
  return [
    toNumbers(singles.map((place) => place + 1)),
    toNumbers(singleDrafts.map(({ kind }) => KIND_CODES[kind])),
    toNumbers(singleDrafts.map((draft) => (draft.kind === "message" ? draft.replyTo : draft.messageId))),
    toNumbers(batch.map(({ sessionId }) => sessionId)),
    toNumbers(batch.map(({ senderId }) => senderId)),
    toNumbers(batch.map((draft) => (draft.kind === "message" ? draft.recipientId : 0))),
    batch.map(({ requestId }) => Buffer.from(requestId)),
    batch.map((draft) => (draft.kind === "deleted" ? "" : draft.text)),
    toNumbers(batch.map(({ at }) => at)),
  ];
}

/** Stands for a recipient that is not compared: no account can have this name. */
const ANY_RECIPIENT = "*";

/** The parameters of `find_entry` from `draft_kind` on. */
export function toCommandColumns(
  content: Content,
): [kind: number, recipient: string | null, target: number, text: string | null] {
  const kind = KIND_CODES[content.kind];
  switch (content.kind) {
    case "message":
      return [
        kind,
        content.recipient === undefined ? ANY_RECIPIENT : storable(content.recipient),
        content.replyTo,
        storable(content.text),
      ];
    case "edited":
      return [kind, "", content.messageId, storable(content.text)];
    case "deleted":
      return [kind, "", content.messageId, ""];
  }
}

/** `null` for a text that no entry can have, because it contains U+0000: PostgreSQL refuses it, and `null` is no match. */
function storable(text: string): string | null {
  return text.includes("\0") ? null : text;
}

/** Whether a draft is a message without a reply. PostgreSQL appends a run of these at once, and others one by one. */
function isPlain(draft: Draft): boolean {
  return draft.kind === "message" && draft.replyTo === 0;
}
