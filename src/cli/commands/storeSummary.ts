/** The messages and accounts of a store, in words that complete the sentence "The store holds …". */
export function storeSummary({ oldestId, headId, accounts }: StoreContent): string {
  const some = oldestId === headId ? `message ${headId} alone` : `messages ${oldestId} to ${headId}`;
  const messages = oldestId > headId ? `no messages (the next is ${oldestId})` : some;
  return `${messages}, and ${accounts} ${accounts === 1 ? "account" : "accounts"}`;
}

interface StoreContent {
  readonly oldestId: number;
  readonly headId: number;
  readonly accounts: number;
}
