import type { Session } from "../../src/server/accounts/ports/sessionStore.ts";

/** A session of an account. */
export function session(id: number, accountId = 1, username = "ana"): Session {
  return { id, accountId, username, expiresAt: Number.MAX_SAFE_INTEGER, lastUsedAt: 0 };
}
