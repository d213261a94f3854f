import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { Message } from "../../src/server/log/message.ts";
import type { LogState } from "../../src/server/log/ports/logStore.ts";

/** What a store's log is, and all that it has. */
export interface Log extends LogState {
  readonly messages: Message[];
}

/** Reads all of the log in a data folder on which no server runs. */
export async function readLog(folder: string): Promise<Log> {
  const store = await openSqliteStore({ folder });
  try {
    const state = await store.log.state();
    return { ...state, messages: await store.log.read(1, state.headId) };
  } finally {
    await store.close();
  }
}
