import type { Content, Draft } from "../../log/ports/logStore.ts";
import type { Splitter } from "../../search/words.ts";
import { KIND_CODES } from "../shared/logRows.ts";
import { toWords } from "./searchWords.ts";
import { toNumbers } from "./session.ts";

/** The parameters of `append_entries` from `singles` on. The accounts have the usernames. */
type DraftColumns = [
  singles: string,
  singleKinds: string,
  targets: string,
  singleWords: (string | null)[],
  sessionIds: string,
  senderIds: string,
  recipientIds: string,
  requestIds: Buffer[],
  texts: string[],
  times: string,
];

/** Encodes a batch as columns. */
export function toDraftColumns(batch: readonly Draft[], splitter: Splitter): DraftColumns {
  const singles = [...batch.keys()].filter((place) => !isPlain(batch[place] as Draft));
  const singleDrafts = singles.map((place) => batch[place] as Draft);
  return [
    toNumbers(singles.map((place) => place + 1)),
    toNumbers(singleDrafts.map(({ kind }) => KIND_CODES[kind])),
    toNumbers(singleDrafts.map((draft) => (draft.kind === "message" ? draft.replyTo : draft.messageId))),
    singleDrafts.map((draft) =>
      draft.kind === "edited" ? toWords(splitter.split(draft.text), draft.messageId) : null,
    ),
    toNumbers(batch.map(({ sessionId }) => sessionId)),
    toNumbers(batch.map(({ senderId }) => senderId)),
    toNumbers(batch.map((draft) => (draft.kind === "message" ? draft.recipientId : 0))),
    batch.map(({ requestId }) => Buffer.from(requestId)),
    batch.map((draft) => (draft.kind === "deleted" ? "" : draft.text)),
    toNumbers(batch.map(({ at }) => at)),
  ];
}

/** The parameters of `find_entry` from `draft_kind` on. */
export function toCommandColumns(
  content: Content,
): [kind: number, recipient: string | null, target: number, text: string | null] {
  const kind = KIND_CODES[content.kind];
  switch (content.kind) {
    case "message": {
      const { recipient = null, replyTo, text } = content;
      return isStorable(text) && isStorable(recipient ?? "")
        ? [kind, recipient, replyTo, text]
        : [kind, "", replyTo, null];
    }
    case "edited":
      return [kind, "", content.messageId, isStorable(content.text) ? content.text : null];
    case "deleted":
      return [kind, "", content.messageId, ""];
  }
}

/** Whether an entry can have a text. PostgreSQL refuses one with U+0000; a `null` in its place is never the same. */
function isStorable(text: string): boolean {
  return !text.includes("\0");
}

/** Whether a draft is a message without a reply. PostgreSQL appends a run of these at once, and others one by one. */
function isPlain(draft: Draft): boolean {
  return draft.kind === "message" && draft.replyTo === 0;
}
