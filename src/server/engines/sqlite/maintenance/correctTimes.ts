import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EntriesAhead } from "../../../log/ports/logStore.ts";
import { explain } from "../errors.ts";
import { openForQueries } from "../files/database.ts";
import { DATABASE, LOCK, makeFolder } from "../files/folder.ts";
import { lockFolder } from "../files/lock.ts";
import { logTable, writeMeta } from "../meta.ts";
import { configure, migrate } from "../schema.ts";
import { inspect } from "./inspect.ts";

/**
 * Finds the entries of a folder's store whose time is after `now`. Throws an error for the operator if there is no
 * store, or if it cannot be read.
 */
export function findMessagesAhead(folder: string, now: number): EntriesAhead | undefined {
  const file = storeIn(folder);
  const db = openForQueries(file);
  try {
    inspect(db, file);
    return findAhead(db, now);
  } catch (error) {
    throw explain(error, file);
  } finally {
    db.close();
  }
}

/**
 * Sets the time of entries whose time is after `now` to `now`, and gives the log a new id, in one commit. Returns the
 * range of these entries. If there are none, changes no entry. Throws an error for the operator, for example if a
 * server runs on the folder.
 */
export function correctSqliteTimes(folder: string, now: number): EntriesAhead | undefined {
  const file = storeIn(folder);
  makeFolder(folder, [LOCK]);
  const lock = lockFolder(folder);
  const db = new DatabaseSync(file);
  try {
    inspect(db, file);
    configure(db);
    migrate(db);
    db.exec("BEGIN IMMEDIATE");
    const ahead = findAhead(db, now);
    if (ahead !== undefined) {
      db.prepare("UPDATE entries SET sent_at = ?1 WHERE id >= ?2 AND sent_at > ?1").run(now, ahead.firstId);
      writeMeta(db, "log_id", randomUUID());
      writeMeta(db, "clock_mark", String(now));
      // The time of the newest entry at the last truncation.
      db.prepare(
        "UPDATE meta SET value = ?1 WHERE name = 'last_sent_at' AND CAST(value AS INTEGER) > CAST(?1 AS INTEGER)",
      ).run(String(now));
    }
    db.exec("COMMIT");
    return ahead;
  } catch (error) {
    throw explain(error, file);
  } finally {
    db.close();
    lock.release();
  }
}

function storeIn(folder: string): string {
  const file = join(folder, DATABASE);
  if (!existsSync(file))
    throw new Error(`There is no store in the folder ${folder}: name the server's data folder with --data.`);
  return file;
}

function findAhead(db: DatabaseSync, now: number): EntriesAhead | undefined {
  const { firstId, lastId, latest } = db
    .prepare(
      `SELECT min(id) AS firstId, max(id) AS lastId, max(sent_at) AS latest FROM ${logTable(db)} WHERE sent_at > ?`,
    )
    .get(now) as { firstId: number | null; lastId: number; latest: number };
  return firstId === null ? undefined : { firstId, lastId, latest };
}
