import type { LogReplica } from "../log/logReplica.ts";
import type { ReaderStart } from "../log/reader.ts";

/** A join: the position in the log that the client wants to read from. */
export interface JoinCommand {
  /** The last cursor that the client has; `undefined` if it has none. */
  readonly resumeAfter?: number;
  /** The log that the cursor belongs to; if empty, it is not compared. */
  readonly logId: string;
  /** How many of the newest messages the client wants, if it has no cursor. */
  readonly recent: number;
}

/** The position that the reader of a join begins at. Throws `StoreUnavailable`. */
export async function startOf(
  join: JoinCommand,
  { log, accountId, maxRecent }: { log: LogReplica; accountId: number; maxRecent: number },
): Promise<ReaderStart> {
  // Another node may have accepted entries that this node has not read.
  await log.sync.run();
  if (join.resumeAfter !== undefined) {
    const isOtherLog = join.logId !== "" && join.logId !== log.logId;
    const gap = isOtherLog || join.resumeAfter > log.headId;
    return { after: gap ? log.oldestId - 1 : join.resumeAfter, gap, changesAfter: 0 };
  }
  // Read before the await below, because the reader must also deliver entries that come during the await.
  const head = log.headId;
  const recent = Math.min(join.recent, maxRecent);
  const first = recent === 0 ? 0 : await log.recent(accountId, recent);
  // The store may still have messages that this node has truncated already.
  return { after: first === 0 ? head : Math.max(first, log.oldestId) - 1, gap: false, changesAfter: head };
}
