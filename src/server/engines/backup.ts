import { resolve } from "node:path";
import type { ServerConfig } from "../config.ts";
import type { MessagesAhead } from "../log/ports/logStore.ts";
import { backUpSqliteStore } from "./sqlite/maintenance/backup.ts";
import { correctSqliteTimes, findMessagesAhead } from "./sqlite/maintenance/correctTimes.ts";
import type { StoreSummary } from "./sqlite/maintenance/inspect.ts";
import { type Restored, restoreSqliteStore } from "./sqlite/maintenance/restore.ts";

export type { MessagesAhead, Restored, StoreSummary as Holding };

/** Backs up the store that a server with these settings has, while it runs or not. Throws an error for people. */
export function backUp({ data }: Pick<ServerConfig, "data">, file: string): Promise<StoreSummary> {
  return backUpSqliteStore({ folder: resolve(data), file: resolve(file) });
}

/** Restores the store that a server with these settings will have from a backup. Throws an error for people. */
export function restore({ data }: Pick<ServerConfig, "data">, file: string): Promise<Restored> {
  return restoreSqliteStore({ folder: resolve(data), file: resolve(file) });
}

type Where = Pick<ServerConfig, "data" | "databaseUrl">;

/** The messages in the store of a server with these settings whose time lies after `now`. Throws an error for people. */
export async function messagesAhead({ data, databaseUrl }: Where, now: number): Promise<MessagesAhead | undefined> {
  if (databaseUrl === undefined) return findMessagesAhead(resolve(data), now);
  const { findPostgresMessagesAhead } = await import("./postgres/correctTimes.ts");
  return findPostgresMessagesAhead(databaseUrl, now);
}

/** Gives those messages the time `now`, and makes another log of the store. Throws an error for people. */
export async function correctTimes({ data, databaseUrl }: Where, now: number): Promise<MessagesAhead | undefined> {
  if (databaseUrl === undefined) return correctSqliteTimes(resolve(data), now);
  const { correctPostgresTimes } = await import("./postgres/correctTimes.ts");
  return correctPostgresTimes(databaseUrl, now);
}
