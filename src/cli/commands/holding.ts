/** What a store holds, in words to follow "holds". */
export function holdingIn({ oldestId, headId, accounts }: HeldIn): string {
  const messages = oldestId > headId ? `no messages (the next is ${oldestId})` : `messages ${oldestId} to ${headId}`;
  return `${messages}, and ${accounts} ${accounts === 1 ? "account" : "accounts"}`;
}

interface HeldIn {
  readonly oldestId: number;
  readonly headId: number;
  readonly accounts: number;
}
