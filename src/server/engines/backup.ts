import { resolve } from "node:path";
import type { ServerConfig } from "../config.ts";
import type { EntriesAhead } from "../log/ports/logStore.ts";
import { backUpSqliteStore } from "./sqlite/maintenance/backup.ts";
import { correctSqliteTimes, findMessagesAhead } from "./sqlite/maintenance/correctTimes.ts";
import type { StoreSummary } from "./sqlite/maintenance/inspect.ts";
import { type Restored, restoreSqliteStore } from "./sqlite/maintenance/restore.ts";

export type { EntriesAhead, Restored, StoreSummary as Holding };

/** Backs up the store of these settings; a server may be running on it. Throws an error for the operator. */
export function backUp({ data }: Pick<ServerConfig, "data">, file: string): Promise<StoreSummary> {
  return backUpSqliteStore({ folder: resolve(data), file: resolve(file) });
}

/** Restores the store of these settings from a backup. Throws an error for the operator. */
export function restore({ data }: Pick<ServerConfig, "data">, file: string): Promise<Restored> {
  return restoreSqliteStore({ folder: resolve(data), file: resolve(file) });
}

type StoreSettings = Pick<ServerConfig, "data" | "databaseUrl">;

/** Finds the entries whose time is after `now` in the store of these settings. Throws an error for the operator. */
export async function messagesAhead(
  { data, databaseUrl }: StoreSettings,
  now: number,
): Promise<EntriesAhead | undefined> {
  if (databaseUrl === undefined) return findMessagesAhead(resolve(data), now);
  const { findPostgresMessagesAhead } = await import("./postgres/correctTimes.ts");
  return findPostgresMessagesAhead(databaseUrl, now);
}

/**
 * Sets the time of the entries whose time is after `now` to `now`, and gives the log a new id. Throws an error for
 * the operator.
 */
export async function correctTimes(
  { data, databaseUrl }: StoreSettings,
  now: number,
): Promise<EntriesAhead | undefined> {
  if (databaseUrl === undefined) return correctSqliteTimes(resolve(data), now);
  const { correctPostgresTimes } = await import("./postgres/correctTimes.ts");
  return correctPostgresTimes(databaseUrl, now);
}
