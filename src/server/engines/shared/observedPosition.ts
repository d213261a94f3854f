import { randomUUID } from "node:crypto";
import { StoreUnavailable } from "../../common/storeErrors.ts";
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

/** The statements about the position of a log. */
export interface PositionStore {
  /** Throws `StoreUnavailable`. */
  read(): Promise<ReportedPosition>;

  /**
   * Gives a regressed log a new id, unless another node has done so or the server was restarted. Resolves with whether
   * it did. Throws `StoreUnavailable`, also if the outcome is unknown: the next read shows the id.
   */
  renew(regressed: ReportedPosition, logId: string): Promise<boolean>;
}

/** Follows the position of a log that several nodes append to, and gives a regressed log a new id. */
export class PositionObserver {
  readonly #store: PositionStore;
  readonly #report: (error: Error) => void;
  #observed: ObservedPosition = { logId: "", headId: 0, serverStart: 0 };

  constructor(store: PositionStore, report: (error: Error) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** The newest observed position. */
  get observed(): ObservedPosition {
    return this.#observed;
  }

  /** The state of the log, as `LogStore.state` gives it. */
  async state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState> {
    // The position before the query, because the answer may lack messages that are appended during the query.
    const observed = this.#observed;
    const log = await this.#store.read();
    if (hasRegressed(log, observed, seen)) {
      await this.#renew(log, Math.max(observed.headId, seen?.headId ?? 0));
      return this.state(seen);
    }
    this.#observed = observe(this.#observed, log);
    return { logId: log.logId, headId: log.headId, oldestId: log.oldestId };
  }

  /** The position that an append to the log `logId` carries. Throws `StoreUnavailable` if the log is another one. */
  positionFor(logId: string | undefined): ObservedPosition {
    const observed = this.#observed;
    if (logId === undefined || logId === observed.logId) return observed;
    throw new StoreUnavailable(`the log is ${observed.logId} now, not ${logId}`);
  }

  /** Call this with the position after an append. */
  appended(position: ObservedPosition): void {
    // `state` may have found a new log in the meantime.
    if (position.logId === this.#observed.logId) this.#observed = observe(this.#observed, position);
  }

  /** `had`: the newest id that was seen of the log. */
  async #renew(log: ReportedPosition, had: number): Promise<void> {
    const logId = randomUUID();
    if (!(await this.#store.renew(log, logId))) return;
    const end = log.headId < had ? log.headId : log.headAtStart;
    this.#report(
      new Error(
        `The log has gone back: it had message ${had}, and the copy of the database that has taken over ended at ` +
          `message ${end}. The messages after that one are lost. The log has a new id (${logId}), and every client ` +
          "receives a gap.",
      ),
    );
  }
}
