import type { LogState } from "../../log/ports/logStore.ts";

/**
 * What this node knows of the log, from the database itself. It goes along with every append, so that a log that has
 * gone back is never written to by a node that has seen more of it.
 */
export interface ObservedPosition {
  readonly logId: string;
  readonly headId: number;
  /** When the server that said so was started, in microseconds since the epoch: it tells one server from another. */
  readonly serverStart: number;
}

/** What the database says of its log. */
export interface ReportedPosition extends ObservedPosition, LogState {
  /**
   * The start of the server on which the newest message was appended, and where the log ended when the first one was.
   */
  readonly appendedSince: number;
  readonly headAtStart: number;
}

/** What is known when a server has said something more. */
export function observe(known: ObservedPosition, { logId, headId, serverStart }: ObservedPosition): ObservedPosition {
  const isSame = logId === known.logId && serverStart === known.serverStart;
  return { logId, serverStart, headId: isSame ? Math.max(known.headId, headId) : headId };
}

/**
 * Whether a log lacks what was known, or `seen`, of it before it was asked. Where another server has taken over and
 * has been appended to, what is known is compared with where that began: the log may be longer again by now.
 */
export function hasRegressed(
  log: ReportedPosition,
  known: ObservedPosition,
  seen?: Pick<LogState, "logId" | "headId">,
): boolean {
  if (seen?.logId === log.logId && log.headId < seen.headId) return true;
  if (known.logId !== log.logId) return false;
  const isOther = log.serverStart !== known.serverStart && log.appendedSince === log.serverStart;
  return log.headId < known.headId || (isOther && log.headAtStart < known.headId);
}
