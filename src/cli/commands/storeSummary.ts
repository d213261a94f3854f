/** What a store holds, in words to follow "holds". */
export function storeSummary({ oldestId, headId, accounts }: HeldIn): string {
  const only = oldestId === headId ? `message ${headId} alone` : `messages ${oldestId} to ${headId}`;
  const messages = oldestId > headId ? `no messages (the next is ${oldestId})` : only;
  return `${messages}, and ${accounts} ${accounts === 1 ? "account" : "accounts"}`;
}

interface HeldIn {
  readonly oldestId: number;
  readonly headId: number;
  readonly accounts: number;
}
