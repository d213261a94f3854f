import { randomUUID } from "node:crypto";
import { StoreUnavailable } from "../../common/storeErrors.ts";
import type { Message } from "../../log/message.ts";
import type { AppendResult, Draft, KnownMessage, LogState, LogStore } from "../../log/ports/logStore.ts";
import { unavailable } from "../shared/failures.ts";
import { hasRegressed, type ObservedPosition, observe, type ReportedPosition } from "../shared/observedPosition.ts";
import { ServerClock } from "../shared/serverClock.ts";
import type { Connections } from "./connections.ts";
import { timeoutAsUnknown } from "./failures.ts";
import {
  type AppendedRow,
  type KnownMessageRow,
  type MessageRow,
  type StateRow,
  toAppendResults,
  toDraftColumns,
  toKnownMessage,
  toMessage,
  toPosition,
} from "./rows.ts";

export const STATE = {
  name: "state",
  text: `
    SELECT log_id, coalesce((SELECT max(id) FROM messages), forgotten_to), forgotten_to + 1, server_start(),
      server_start, head_at_start, server_time()
    FROM log`,
};
/** Gives the log a new id, unless another node has done so or the server was restarted. */
export const RENEW = {
  name: "renew",
  text: "UPDATE log SET log_id = $1 WHERE log_id = $2 AND server_start() = $3 RETURNING 1",
};
export const APPEND = {
  name: "append",
  text: "SELECT head_id, start, kinds, ids, sent_ats FROM append_drafts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};
// Subqueries fetch the usernames by index, whatever the statistics of the tables say.
export const READ = {
  name: "read",
  text: `
    SELECT id, sender_id, (SELECT username FROM accounts WHERE id = sender_id),
      coalesce(recipient_id, 0), coalesce((SELECT username FROM accounts WHERE id = recipient_id), ''), text, sent_at
    FROM messages WHERE id BETWEEN $1 AND $2 ORDER BY id`,
};
export const RECENT = {
  name: "recent",
  text: `
    SELECT min(id) FROM (
      (SELECT id FROM messages WHERE recipient_id IS NULL ORDER BY id DESC LIMIT $2)
      UNION (SELECT id FROM messages WHERE sender_id = $1 AND recipient_id IS NOT NULL ORDER BY id DESC LIMIT $2)
      UNION (SELECT id FROM messages WHERE recipient_id = $1 AND recipient_id IS NOT NULL ORDER BY id DESC LIMIT $2)
      ORDER BY id DESC LIMIT $2
    ) seen`,
};
export const FIND = {
  name: "find",
  text: "SELECT id, sent_at, recipient, text FROM find_message($1, $2)",
};
export const TRUNCATE = { name: "forget", text: "SELECT forget_messages($1, $2)" };

/** The pools that the log uses. */
export interface LogPools {
  /** One connection, so that appends run in the order of calling. */
  readonly append: Connections;
  readonly write: Connections;
  readonly read: Connections;
  /** One connection, whose calls may wait for appends without delaying other calls. */
  readonly find: Connections;
}

/** The log in a PostgreSQL database that many nodes share. */
export class PostgresLog implements LogStore {
  readonly #pools: LogPools;
  readonly #report: (error: Error) => void;
  readonly #appendTimeoutMs: number;
  readonly #clock = new ServerClock();
  #observed: ObservedPosition = { logId: "", headId: 0, serverStart: 0 };

  /**
   * `appendTimeoutMs`: how long a batch may take to get the log's lock; must be less than the answer timeout. A batch
   * that gets the lock later is not appended: its clients may have sent the messages again by then, and received a
   * refusal.
   */
  constructor(pools: LogPools, appendTimeoutMs: number, report: (error: Error) => void) {
    this.#pools = pools;
    this.#appendTimeoutMs = appendTimeoutMs;
    this.#report = report;
  }

  async state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState> {
    // The position before the query, because the answer may lack messages that are appended during the query.
    const observed = this.#observed;
    const log = await this.#readPosition();
    if (hasRegressed(log, observed, seen)) {
      await this.#renewLogId(log, Math.max(observed.headId, seen?.headId ?? 0));
      return this.state(seen);
    }
    this.#observed = observe(this.#observed, log);
    return { logId: log.logId, headId: log.headId, oldestId: log.oldestId };
  }

  async append(batch: readonly Draft[], forLog?: string): Promise<AppendResult[]> {
    if (batch.length === 0) return [];
    const { logId, headId, serverStart } = this.#observed;
    if (forLog !== undefined && forLog !== logId) throw new StoreUnavailable(`the log is ${logId} now, not ${forLog}`);
    const tooLateAt = this.#clock.in(this.#appendTimeoutMs);
    const values = [logId, headId, serverStart, tooLateAt, ...toDraftColumns(batch)];
    const rows = await this.#pools.append.change<AppendedRow>(APPEND, values).catch((error) => {
      throw timeoutAsUnknown(error);
    });
    const row = rows[0] as AppendedRow;
    const [newHeadId, newServerStart] = row;
    // `state` may have found a new log in the meantime.
    if (logId === this.#observed.logId)
      this.#observed = observe(this.#observed, { logId, headId: newHeadId, serverStart: newServerStart });
    return toAppendResults(batch, row);
  }

  async read(from: number, to: number): Promise<Message[]> {
    return (await this.#pools.read.read<MessageRow>(READ, [from, to])).map(toMessage);
  }

  async recent(accountId: number, count: number): Promise<number> {
    const [[first] = []] = await this.#pools.read.read<[first: number | null]>(RECENT, [accountId, count]);
    return first ?? 0;
  }

  async find(senderId: number, requestId: string): Promise<KnownMessage | undefined> {
    const values = [senderId, Buffer.from(requestId)];
    const [row] = await this.#pools.find.read<KnownMessageRow>(FIND, values).catch((error) => {
      throw timeoutAsUnknown(error);
    });
    return row && toKnownMessage(row);
  }

  async truncate(before: number): Promise<void> {
    await this.#pools.append.change(TRUNCATE, [this.#observed.logId, before]);
  }

  async #readPosition(): Promise<ReportedPosition> {
    const askedAt = performance.now();
    const row = (await this.#pools.read.read<StateRow>(STATE))[0] as StateRow;
    this.#clock.observe(row[6], askedAt);
    return toPosition(row);
  }

  /** Gives a regressed log a new id, unless another node has done so. `had`: the newest id that was seen of the log. */
  async #renewLogId(log: ReportedPosition, had: number): Promise<void> {
    const logId = randomUUID();
    const renewed = await this.#pools.write.change(RENEW, [logId, log.logId, log.serverStart]).catch((error) => {
      // The next read of the position shows whether the id has changed.
      throw unavailable(error);
    });
    if (renewed.length === 0) return;
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
