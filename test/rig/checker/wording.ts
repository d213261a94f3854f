import type { Message, Send } from "../history.ts";

/** The most items that a sentence names one by one. */
const NAMED = 8;

/** Lists items in a sentence: `17`, `17 and 18`, `17, 18, 19, 20, 21, 22, 23, 24 and 40 more`. */
export function list(items: readonly (number | string)[]): string {
  if (items.length > NAMED) return `${items.slice(0, NAMED).join(", ")} and ${items.length - NAMED} more`;
  if (items.length < 2) return items.join();
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** Names a message: `message 17 (from bob to ana)`. A public message has no `to`. */
export function titleOf({ id, sender, recipient }: Message): string {
  return `message ${id} (from ${sender}${recipient === "" ? "" : ` to ${recipient}`})`;
}

/** Names a command: `bob's command r17`. */
export function commandOf({ user, requestId }: Send): string {
  return `${user}'s command ${requestId}`;
}
