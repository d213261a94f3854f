import type { LogState } from "../../log/ports/logStore.ts";

/**
 * The newest position of the log that this node has read from the database. Every append carries this position, so that
 * a node never appends to a log that has lost messages which the node has seen.
 */
export interface ObservedPosition {
  readonly logId: string;
  readonly headId: number;
  /** When the database server started, in microseconds since the epoch. This identifies the server. */
  readonly serverStart: number;
}

/** The position that the database reports when it is asked. */
export interface ReportedPosition extends ObservedPosition, LogState {
  /** When the server started that appended the newest message, in microseconds since the epoch. */
  readonly appendedSince: number;
  /** The newest id before the first append of that server. */
  readonly headAtStart: number;
}

/** Returns the observed position after another report. */
export function observe(
  observed: ObservedPosition,
  { logId, headId, serverStart }: ObservedPosition,
): ObservedPosition {
  const isSame = logId === observed.logId && serverStart === observed.serverStart;
  return { logId, serverStart, headId: isSame ? Math.max(observed.headId, headId) : headId };
}

/**
 * Whether a log lacks messages that this node had `observed`, or its caller has `seen`, before the query. If another
 * server has taken over and has appended, `observed` is compared with the head before that server's first append,
 * because the log may have grown again since.
 */
export function hasRegressed(
  log: ReportedPosition,
  observed: ObservedPosition,
  seen?: Pick<LogState, "logId" | "headId">,
): boolean {
  if (seen?.logId === log.logId && log.headId < seen.headId) return true;
  if (observed.logId !== log.logId) return false;
  const isOther = log.serverStart !== observed.serverStart && log.appendedSince === log.serverStart;
  return log.headId < observed.headId || (isOther && log.headAtStart < observed.headId);
}
