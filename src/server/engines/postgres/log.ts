import type { Message } from "../../log/entry.ts";
import type { AppendResult, Draft, KnownMessage, LogState, LogStore } from "../../log/ports/logStore.ts";
import { unavailable } from "../shared/failures.ts";
import {
  type AppendedRow,
  type KnownMessageRow,
  type MessageRow,
  type StateRow,
  toAppendResults,
  toKnownMessage,
  toMessage,
  toPosition,
} from "../shared/logRows.ts";
import { PositionObserver, type ReportedPosition } from "../shared/observedPosition.ts";
import { ServerClock } from "../shared/serverClock.ts";
import type { Connections } from "./connections.ts";
import { toDraftColumns } from "./draftColumns.ts";
import { timeoutAsUnknown } from "./failures.ts";

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
  readonly #appendTimeoutMs: number;
  readonly #clock = new ServerClock();
  readonly #position: PositionObserver;

  /**
   * `appendTimeoutMs`: how long a batch may take to get the log's lock; must be less than the answer timeout. A batch
   * that gets the lock later is not appended: its clients may have sent the messages again by then, and received a
   * refusal.
   */
  constructor(pools: LogPools, appendTimeoutMs: number, report: (error: Error) => void) {
    this.#pools = pools;
    this.#appendTimeoutMs = appendTimeoutMs;
    this.#position = new PositionObserver(
      { read: () => this.#readPosition(), renew: (regressed, logId) => this.#renewLogId(regressed, logId) },
      report,
    );
  }

  state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState> {
    return this.#position.state(seen);
  }

  async append(batch: readonly Draft[], forLog?: string): Promise<AppendResult[]> {
    if (batch.length === 0) return [];
    const { logId, headId, serverStart } = this.#position.positionFor(forLog);
    const tooLateAt = this.#clock.in(this.#appendTimeoutMs);
    const values = [logId, headId, serverStart, tooLateAt, ...toDraftColumns(batch)];
    const rows = await this.#pools.append.change<AppendedRow>(APPEND, values).catch((error) => {
      throw timeoutAsUnknown(error);
    });
    const row = rows[0] as AppendedRow;
    const [newHeadId, newServerStart] = row;
    this.#position.appended({ logId, headId: newHeadId, serverStart: newServerStart });
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
    await this.#pools.append.change(TRUNCATE, [this.#position.observed.logId, before]);
  }

  async #readPosition(): Promise<ReportedPosition> {
    const askedAt = performance.now();
    const row = (await this.#pools.read.read<StateRow>(STATE))[0] as StateRow;
    this.#clock.observe(row[6], askedAt);
    return toPosition(row);
  }

  async #renewLogId({ logId, serverStart }: ReportedPosition, newLogId: string): Promise<boolean> {
    const renewed = await this.#pools.write.change(RENEW, [newLogId, logId, serverStart]).catch((error) => {
      throw unavailable(error);
    });
    return renewed.length > 0;
  }
}
