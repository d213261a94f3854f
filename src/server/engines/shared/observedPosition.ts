import type { LogState } from "../../log/ports/logStore.ts";

/**
 * The newest position of the log that this node has read from the database. Every append carries it, so that a node
 * never writes to a log that has regressed behind what the node has seen.
 */
export interface ObservedPosition {
  readonly logId: string;
  readonly headId: number;
  /** The start of the database server, in microseconds since the epoch. It identifies the server. */
  readonly serverStart: number;
}

/** The position that the database reports. */
export interface ReportedPosition extends ObservedPosition, LogState {
  /** The start of the server that appended the newest message, and the head before its first append. */
  readonly appendedSince: number;
  readonly headAtStart: number;
}

/** The observed position after another report. */
export function observe(
  observed: ObservedPosition,
  { logId, headId, serverStart }: ObservedPosition,
): ObservedPosition {
  const isSame = logId === observed.logId && serverStart === observed.serverStart;
  return { logId, serverStart, headId: isSame ? Math.max(observed.headId, headId) : headId };
}

/**
 * Whether a log lacks messages that this node had `observed`, or its caller has `seen`, before the query. If another
 * server has taken over and has appended, `observed` is compared with the head before its first append: the log may
 * be longer again by now.
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
