import type { LogReplica } from "../log/logReplica.ts";

/** How a client wants to enter. */
export interface JoinCommand {
  /** The last cursor that it had. */
  readonly resumeAfter?: number;
  /** The log that the cursor belongs to; empty: not compared. */
  readonly logId: string;
  /** Without a cursor: how many of the last messages it wants. */
  readonly recent: number;
}

/** Where a reader begins. */
export interface Start {
  /** Everything up to here is not sent. */
  readonly after: number;
  /** What was asked for cannot be had. */
  readonly gap: boolean;
}

/** Where the reader of a join begins. Throws `StoreUnavailable`. */
export async function startOf(
  join: JoinCommand,
  room: { log: LogReplica; accountId: number; maxRecent: number },
): Promise<Start> {
  const { log, accountId, maxRecent } = room;
  // Another node may have accepted something already of which this one has yet to hear.
  await log.sync.run();
  if (join.resumeAfter !== undefined) {
    const otherLog = join.logId !== "" && join.logId !== log.logId;
    const gap = otherLog || join.resumeAfter > log.headId;
    return { after: gap ? log.oldestId - 1 : join.resumeAfter, gap };
  }
  // Taken before the log is asked: what comes meanwhile is live.
  const head = log.headId;
  const recent = Math.min(join.recent, maxRecent);
  const first = recent === 0 ? 0 : await log.recent(accountId, recent);
  // The store may not have come to what this node has been told to forget.
  return { after: first === 0 ? head : Math.max(first, log.oldestId) - 1, gap: false };
}
