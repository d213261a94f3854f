import { foldUsername, isUsername } from "../accounts/credentials.ts";
import type { AccountStore } from "../accounts/ports/accountStore.ts";

/** The bound of a page on the wire, in bytes, unless one message alone is larger. */
const MAX_PAGE_BYTES = 1024 * 1024;
/** A message takes less than this on the wire in addition to its text: two names, three ids and two times. */
const MESSAGE_OVERHEAD_BYTES = 160;

/** The bounds of a page of messages, for a page size that a client asks for; 0 or less means the default. */
export function pageBounds(
  pageSize: number,
  { defaultSize, maxSize }: { defaultSize: number; maxSize: number },
): { maxMessages: number; maxBytes: number } {
  const maxMessages = pageSize <= 0 ? defaultSize : Math.min(pageSize, maxSize);
  return { maxMessages, maxBytes: MAX_PAGE_BYTES - maxMessages * MESSAGE_OVERHEAD_BYTES };
}

/** An account that a page is bound to, by its name as the client wrote it. */
export type NamedAccount = { readonly kind: "any" | "unknown" } | { readonly kind: "known"; readonly id: number };

/** Looks up the account that a page is bound to; any account, if the name is empty. Throws `StoreUnavailable`. */
export async function findNamed(accounts: AccountStore, name: string): Promise<NamedAccount> {
  if (name === "") return { kind: "any" };
  const username = foldUsername(name);
  // A store may not be able to look for a text that is not a username.
  const account = isUsername(username) ? await accounts.find(username) : undefined;
  return account === undefined ? { kind: "unknown" } : { kind: "known", id: account.id };
}

/** The id for a query of the store: `undefined` if any account will do. */
export function idOf(account: NamedAccount): number | undefined {
  return account.kind === "known" ? account.id : undefined;
}
