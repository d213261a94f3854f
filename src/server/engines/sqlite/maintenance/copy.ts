import { closeSync, openSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { explain } from "../errors.ts";
import { openForQueries } from "../files/database.ts";
import { removeDatabase } from "../files/folder.ts";
import { findDamage, inspect, inspectFile, type StoreSummary } from "./inspect.ts";

/** How many pages one step copies: 4 MiB. */
const PAGES_PER_STEP = 1_024;

/**
 * Copies a store into a new file: a snapshot of one moment, including the WAL, while a server may be appending.
 * Resolves with the copy's summary when the copy is on disk and was checked; the copy has no companion files. If it
 * throws an error for the operator, it has removed the copy.
 */
export async function copyStore(from: string, to: string): Promise<StoreSummary> {
  inspectFile(from);
  makeEmpty(to);
  try {
    await copyPages(from, to);
    return check(from, to);
  } catch (error) {
    removeDatabase(to);
    throw explain(error, from, to);
  }
}

/** SQLite would create the file readable by everyone. */
function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (cause) {
    throw new Error(`${file} cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

async function copyPages(from: string, to: string): Promise<void> {
  const source = openForQueries(from);
  try {
    // The snapshot begins with the first query of the transaction. Without a transaction SQLite restarts the copy at
    // every commit of the server, and would never finish on a busy server (https://www.sqlite.org/backup.html).
    source.exec("BEGIN");
    inspect(source, from);
    await backup(source, to, { rate: PAGES_PER_STEP });
  } finally {
    source.close();
  }
}

function check(from: string, to: string): StoreSummary {
  const copy = new DatabaseSync(to);
  try {
    // The copy is in WAL mode, as the store is. In DELETE mode it is one file, which can be moved alone.
    copy.exec("PRAGMA journal_mode = DELETE");
    const damage = findDamage(copy);
    if (damage !== undefined) throw new Error(`${from} is damaged: ${damage}.`);
    return inspect(copy, from);
  } finally {
    copy.close();
  }
}
