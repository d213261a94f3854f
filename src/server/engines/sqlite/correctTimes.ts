import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { MessagesAhead } from "../../log/ports/logStore.ts";
import { explain } from "./explain.ts";
import { DATABASE, LOCK, makeFolder } from "./folder.ts";
import { inspect, openBeside } from "./inspect.ts";
import { lockFolder } from "./lock.ts";
import { configure, migrate } from "./schema.ts";

/** The messages of a folder's store whose time lies after `now`. Throws an error for people where there is no store. */
export function findMessagesAhead(folder: string, now: number): MessagesAhead | undefined {
  const file = fileIn(folder);
  const db = openBeside(file);
  try {
    inspect(db, file);
    return lookFor(db, now);
  } catch (error) {
    throw explain(error, file);
  } finally {
    db.close();
  }
}

/**
 * Gives the messages of a folder's store whose time lies after `now` that time, in one commit, and makes another log of
 * it. Resolves with which they were; where there is none it changes nothing. Throws an error for people where a server
 * runs on the folder.
 */
export function correctSqliteTimes(folder: string, now: number): MessagesAhead | undefined {
  const file = fileIn(folder);
  makeFolder(folder, [LOCK]);
  const lock = lockFolder(folder);
  const db = new DatabaseSync(file);
  try {
    inspect(db, file);
    configure(db);
    migrate(db);
    db.exec("BEGIN IMMEDIATE");
    const ahead = lookFor(db, now);
    if (ahead !== undefined) {
      db.prepare("UPDATE messages SET sent_at = ?1 WHERE id >= ?2 AND sent_at > ?1").run(now, ahead.firstId);
      const setMeta = db.prepare(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
      );
      setMeta.run("log_id", randomUUID());
      setMeta.run("clock_mark", String(now));
      // Of those that are forgotten.
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

function fileIn(folder: string): string {
  const file = join(folder, DATABASE);
  if (!existsSync(file))
    throw new Error(`There is no store in the folder ${folder}: name the server's data folder with --data.`);
  return file;
}

function lookFor(db: DatabaseSync, now: number): MessagesAhead | undefined {
  const { firstId, lastId, latest } = db
    .prepare("SELECT min(id) AS firstId, max(id) AS lastId, max(sent_at) AS latest FROM messages WHERE sent_at > ?")
    .get(now) as { firstId: number | null; lastId: number; latest: number };
  return firstId === null ? undefined : { firstId, lastId, latest };
}
