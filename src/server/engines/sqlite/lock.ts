import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Keeps a data folder to one server: an empty database whose lock is held for as long as the process lives. The system lets go of
 * it even after `kill -9`, which a file with a process id in it does not survive.
 */
export function lockFolder(folder: string): { release(): void } {
  const db = new DatabaseSync(join(folder, "obrolan.lock"));
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
  } catch (cause) {
    db.close();
    throw new Error(`The data folder ${folder} is in use by another server: stop that one, or take another folder.`, {
      cause,
    });
  }
  return { release: () => db.close() };
}
