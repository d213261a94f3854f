import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { StoreFixture } from "./storeFixture.ts";

/** Creates a fixture for an SQLite store, in a new folder. */
export async function sqliteFixture(): Promise<StoreFixture> {
  const folder = await mkdtemp(path.join(tmpdir(), "obrolan-store-"));
  return {
    open: () => openSqliteStore({ folder }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
