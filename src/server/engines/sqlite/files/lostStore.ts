import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { COMPANIONS, DATABASE, findDanglingLink, LOCK } from "./folder.ts";

/**
 * If files in a data folder show that its store is missing, a sentence with the remedy; otherwise undefined. A new
 * store in such a folder would look like a store that has lost all its messages. `isMarked`: whether the lock file says
 * that a store was made in the folder.
 */
export function findLostStore(folder: string, isMarked = false): string | undefined {
  const file = join(folder, DATABASE);
  const danglingLink = findDanglingLink(file);
  if (danglingLink !== undefined) return danglingLink;
  const companions = COMPANIONS.map((ending) => DATABASE + ending).filter((name) => existsSync(join(folder, name)));
  if (!existsSync(file)) {
    const leftovers = [LOCK, `${DATABASE}.restoring`].filter((name) => existsSync(join(folder, name)));
    const signs = [...leftovers, ...companions];
    if (signs.length === 0) return undefined;
    const verb = signs.length === 1 ? "is" : "are";
    return describe(folder, `${DATABASE} is not there, but ${signs.join(" and ")} ${verb}`, signs);
  }
  if (statSync(file).size > 0) return undefined;
  const wal = `${DATABASE}-wal`;
  const hasWal = companions.includes(wal) && statSync(join(folder, wal)).size > 0;
  // A first start that was interrupted leaves an empty file and nothing else.
  if (!isMarked && !hasWal) return undefined;
  return describe(folder, `${DATABASE} is empty, but a store was made there before`, [DATABASE, LOCK, ...companions]);
}

function describe(folder: string, problem: string, toRemove: readonly string[]): string {
  return (
    `The data folder ${folder} has lost its store: ${problem}. Put ${DATABASE} back, or restore a backup with ` +
    `"obrolan restore --data ${folder} FILE". To begin with an empty store instead, remove ${toRemove.join(", ")}, ` +
    "or take another folder with --data."
  );
}
