import type { Entry, Send } from "../history.ts";

/** The most items that a sentence names one by one. */
const NAMED = 8;

/** Lists items in a sentence: `17`, `17 and 18`, `17, 18, 19, 20, 21, 22, 23, 24 and 40 more`. */
export function list(items: readonly (number | string)[]): string {
  if (items.length > NAMED) return `${items.slice(0, NAMED).join(", ")} and ${items.length - NAMED} more`;
  if (items.length < 2) return items.join();
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/**
 * Names an entry: `message 17 (from bob to ana)`, `edit 18 of message 17`, `deletion 19 of message 17`. A public message
 * has no `to`.
 */
export function titleOf(entry: Entry): string {
  if (entry.kind !== "message") return `${nameOf(entry)} of message ${entry.messageId}`;
  const { sender, recipient } = entry;
  return `${nameOf(entry)} (from ${sender}${recipient === "" ? "" : ` to ${recipient}`})`;
}

/** Names an entry in short: `message 17`, `edit 18`, `deletion 19`. */
export function nameOf({ kind, id }: Pick<Entry, "kind" | "id">): string {
  const nouns = { message: "message", edited: "edit", deleted: "deletion" };
  return `${nouns[kind]} ${id}`;
}

/** Quotes the beginning of a text. */
export function quote(text: string): string {
  return `"${text.slice(0, 40)}"`;
}

/** A sentence that begins with a name. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Names a command: `bob's command r17`. */
export function commandOf({ user, requestId }: Send): string {
  return `${user}'s command ${requestId}`;
}
