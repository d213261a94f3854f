import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openSqliteStore, type SqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { MessageDraft } from "../../src/server/log/ports/logStore.ts";
import { digitsOf } from "../wires/messageText.ts";
import type { Bench } from "./bench.ts";
import { Histogram } from "./histogram.ts";
import type { Recorder } from "./recorder.ts";
import { Talk } from "./talk.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const BATCH_MESSAGES = 10_000;

/** Opens Obrolan's SQLite store in a folder and creates a sender: the fields that all drafts of one account share. */
async function openStore(folder: string) {
  const store = await openSqliteStore({ folder });
  const now = Date.now();
  const account = await store.accounts.create("bench", "no hash", now);
  if (!account) throw new Error("The new store has an account already.");
  const session = { tokenHash: new Uint8Array(32), accountId: account.id, at: now, expiresAt: now + DAY_MS };
  const { id: sessionId } = await store.sessions.open(session);
  const sender = { kind: "message", sender: "bench", recipientId: 0, recipient: "", replyTo: 0 } as const;
  return { store, sender: { ...sender, sessionId, senderId: account.id } };
}

/** Appends this many messages to the log while no server runs, and records them as sent and accepted. */
export async function fillLog(folder: string, messages: number, recorder: Recorder): Promise<void> {
  const { store, sender } = await openStore(folder);
  try {
    for (let left = messages; left > 0; left -= BATCH_MESSAGES)
      await append(store, sender, Math.min(left, BATCH_MESSAGES), recorder);
  } finally {
    await store.close();
  }
}

/** Appends this many messages with texts of ordinary words to the log while no server runs. */
export async function fillWithTalk(folder: string, messages: number, textBytes: number): Promise<void> {
  const { store, sender } = await openStore(folder);
  const talk = new Talk(1);
  try {
    for (let left = messages; left > 0; left -= BATCH_MESSAGES) {
      const drafts = Array.from({ length: Math.min(left, BATCH_MESSAGES) }, () => {
        return { ...sender, requestId: "", text: talk.text(textBytes), at: Date.now() };
      });
      await store.log.append(drafts);
    }
  } finally {
    await store.close();
  }
}

async function append(
  store: SqliteStore,
  sender: Omit<MessageDraft, "requestId" | "text" | "at">,
  count: number,
  recorder: Recorder,
): Promise<void> {
  const numbers = Array.from({ length: count }, () => recorder.send());
  const at = Date.now();
  const drafts = numbers.map((number) => {
    const requestId = digitsOf(number);
    return { ...sender, requestId, text: requestId.padEnd(recorder.textBytes, "x"), at };
  });
  for (const [index, appended] of (await store.log.append(drafts)).entries()) {
    if (appended.kind !== "appended") throw new Error(`The store did not append a message: ${appended.kind}.`);
    recorder.accept(numbers[index] ?? 0, appended.entry.id);
  }
}

/**
 * How long Obrolan's SQLite store takes to commit one message, at `rate` messages per second and without any receiver:
 * from the call of `append` until it resolves. That includes the way to the store's worker and back, but no other part
 * of the server.
 */
export async function commitTime(bench: Bench, warmUpSeconds: number): Promise<Histogram> {
  const { rate, seconds, textBytes, data } = bench.options;
  const folder = mkdtempSync(join(data, "obrolan-bench-"));
  const { store, sender } = await openStore(folder);
  try {
    const text = "x".repeat(textBytes);
    const times = new Histogram();
    for (let count = 0; count < rate * (warmUpSeconds + seconds); count += 1) {
      if (count === rate * warmUpSeconds) times.clear();
      await bench.runFor(1 / rate, "committing");
      const startedAt = performance.now();
      await store.log.append([{ ...sender, requestId: String(count), text, at: Date.now() }]);
      times.add(performance.now() - startedAt);
    }
    return times;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
