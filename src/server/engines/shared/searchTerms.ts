import type { SearchQuery } from "../../search/ports/searchIndex.ts";

/** The messages of a store are indexed in blocks of this many ids, so that a search can stop between two blocks. */
export const BLOCK_IDS = 65_536;

/** The block of an id. */
export function blockOf(id: number): number {
  return Math.floor(id / BLOCK_IDS);
}

/** What the index has of a message besides its words: who may see it, and who wrote it to whom. `recipientId` 0: everyone. */
export function audienceOf(senderId: number, recipientId: number): string[] {
  const sender = `s${senderId}`;
  if (recipientId === 0) return ["p", sender];
  if (recipientId === senderId) return [`a${senderId}`, pairOf(senderId, senderId), sender];
  return [`a${senderId}`, `a${recipientId}`, pairOf(senderId, recipientId), sender];
}

/** What a message must have of `audienceOf` for a query: one of each array. The rule of `maySee` (log/entry.ts). */
export function audienceFor({ accountId, senderId, peerId }: SearchQuery): string[][] {
  const visible = peerId === undefined ? ["p", `a${accountId}`] : [pairOf(accountId, peerId)];
  return senderId === undefined ? [visible] : [visible, [`s${senderId}`]];
}

function pairOf(one: number, other: number): string {
  return `c${Math.min(one, other)}x${Math.max(one, other)}`;
}
