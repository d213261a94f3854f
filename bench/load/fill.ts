import { openSqliteStore, type SqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { Draft } from "../../src/server/room/ports/log.ts";
import type { Ledger } from "./ledger.ts";
import { digitsOf } from "./text.ts";

const DAY = 24 * 60 * 60 * 1000;
const BATCH = 10_000;

/** Opens Obrolan's store in a folder, and makes a sender for it: what stands in a draft of theirs but for the message. */
export async function openStore(folder: string) {
  const store = await openSqliteStore({ folder });
  const now = Date.now();
  const account = await store.accounts.create("bench", "no hash", now);
  if (!account) throw new Error("The new store has an account already.");
  const session = { tokenHash: new Uint8Array(32), accountId: account.id, at: now, expiresAt: now + DAY };
  const { id: sessionId } = await store.sessions.open(session);
  return { store, sender: { sessionId, senderId: account.id, sender: "bench", recipientId: 0, recipient: "" } };
}

/** Puts so many messages into the log of a store where no server runs; the ledger has them as sent and accepted. */
export async function fillLog(folder: string, messages: number, ledger: Ledger): Promise<void> {
  const { store, sender } = await openStore(folder);
  try {
    for (let left = messages; left > 0; left -= BATCH) await append(store, sender, Math.min(left, BATCH), ledger);
  } finally {
    await store.close();
  }
}

async function append(
  store: SqliteStore,
  sender: Omit<Draft, "requestId" | "text" | "at">,
  count: number,
  ledger: Ledger,
): Promise<void> {
  const numbers = Array.from({ length: count }, () => ledger.send());
  const at = Date.now();
  const drafts = numbers.map((number) => {
    const requestId = digitsOf(number);
    return { ...sender, requestId, text: requestId.padEnd(ledger.textBytes, "x"), at };
  });
  for (const [index, appended] of (await store.log.append(drafts)).entries()) {
    if (appended.kind !== "accepted") throw new Error(`The store did not take a message: ${appended.kind}.`);
    ledger.accept(numbers[index] ?? 0, appended.id);
  }
}
