import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { Entry, Message } from "../../src/server/log/entry.ts";
import type { LogState } from "../../src/server/log/ports/logStore.ts";

/** The state of a store's log, all its entries, and the messages among them. */
export interface Log extends LogState {
  readonly entries: Entry[];
  readonly messages: Message[];
}

/** Reads the whole log in a data folder without a running server. */
export async function readLog(folder: string): Promise<Log> {
  const store = await openSqliteStore({ folder });
  try {
    const state = await store.log.state();
    const entries = await store.log.read(1, state.headId);
    return { ...state, entries, messages: entries.filter((entry) => entry.kind === "message") };
  } finally {
    await store.close();
  }
}
