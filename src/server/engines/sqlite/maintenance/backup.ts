import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DATABASE, removeDatabase, syncFolder } from "../files/folder.ts";
import { findLostStore } from "../files/lostStore.ts";
import { copyStore } from "./copy.ts";
import type { StoreSummary } from "./inspect.ts";

/**
 * Backs up the store of a folder into a new file; a server may be running on the folder. The file gets its name only
 * when it is complete. Resolves with a summary of the file. If it throws an error for the operator, it leaves no file.
 */
export async function backUpSqliteStore({ folder, file }: { folder: string; file: string }): Promise<StoreSummary> {
  const store = join(folder, DATABASE);
  if (!existsSync(folder)) throw new Error(`There is no data folder ${folder}: name the server's with --data.`);
  const lost = findLostStore(folder);
  if (lost !== undefined) throw new Error(lost);
  if (!existsSync(store) || statSync(store).size === 0) {
    throw new Error(`There is no store in the folder ${folder}: name the server's data folder with --data.`);
  }
  refuseExisting(file);
  const partial = `${file}.${randomBytes(4).toString("hex")}.partial`;
  const summary = await copyStore(store, partial);
  try {
    refuseExisting(file);
    renameSync(partial, file);
    syncFolder(dirname(file));
    return summary;
  } catch (error) {
    removeDatabase(partial);
    throw error;
  }
}

function refuseExisting(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
  throw new Error(`${file} is there already, and a backup replaces nothing: take another name, or move it away.`);
}
