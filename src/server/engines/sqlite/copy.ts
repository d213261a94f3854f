import { closeSync, openSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { explain } from "./explain.ts";
import { removeDatabase } from "./folder.ts";
import { findDamage, inspect, inspectFile, openBeside, type StoreSummary } from "./inspect.ts";

/** Pages that are copied in one go: 4 MiB. */
const PAGES = 1_024;

/**
 * Copies the store in one file into another, new one: as it is at one moment, however much is appended meanwhile, what is only in
 * its WAL included. Resolves with what the copy holds, once that is on disk and was found whole; it needs no file beside it. Throws
 * an error for people, and leaves nothing of the copy then.
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

/** SQLite would let everybody read it. */
function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (cause) {
    throw new Error(`${file} cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

async function copyPages(from: string, to: string): Promise<void> {
  const source = openBeside(from);
  try {
    // The moment: it begins with the first look. Without a transaction SQLite begins anew with every commit of the server, and a
    // busy one would never let it come to an end (https://www.sqlite.org/backup.html).
    source.exec("BEGIN");
    inspect(source, from);
    await backup(source, to, { rate: PAGES });
  } finally {
    source.close();
  }
}

function check(from: string, to: string): StoreSummary {
  const copy = new DatabaseSync(to);
  try {
    // It says of itself that it has a WAL, as the store does: now nobody who moves it need look for one.
    copy.exec("PRAGMA journal_mode = DELETE");
    const damage = findDamage(copy);
    if (damage !== undefined) throw new Error(`${from} is damaged: ${damage}.`);
    return inspect(copy, from);
  } finally {
    copy.close();
  }
}
