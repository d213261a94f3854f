import { resolve } from "node:path";
import type { ServerConfig } from "./config.ts";
import { backUpSqliteStore } from "./engines/sqlite/backup.ts";
import type { Holding } from "./engines/sqlite/inspect.ts";
import { type Restored, restoreSqliteStore } from "./engines/sqlite/restore.ts";

export type { Holding, Restored };

/** Backs up the store that a server with these settings has, while it runs or not. Throws an error for people. */
export function backUp({ data }: Pick<ServerConfig, "data">, file: string): Promise<Holding> {
  return backUpSqliteStore({ folder: resolve(data), file: resolve(file) });
}

/** Restores the store that a server with these settings will have from a backup. Throws an error for people. */
export function restore({ data }: Pick<ServerConfig, "data">, file: string): Promise<Restored> {
  return restoreSqliteStore({ folder: resolve(data), file: resolve(file) });
}
