import type { Entry } from "../../log/entry.ts";
import type {
  AppendResult,
  Content,
  Draft,
  HistoryPage,
  HistoryQuery,
  KnownResult,
  LogState,
  LogStore,
} from "../../log/ports/logStore.ts";
import type { Splitter } from "../../search/words.ts";
import { unavailable } from "../shared/failures.ts";
import {
  type AppendedRow,
  type EntryRow,
  type HistoryRow,
  type KnownRow,
  type StateRow,
  toAppendResults,
  toEntry,
  toHistoryPage,
  toKnownResult,
  toPosition,
} from "../shared/logRows.ts";
import { PositionObserver, type ReportedPosition } from "../shared/observedPosition.ts";
import { ServerClock } from "../shared/serverClock.ts";
import type { Connections } from "./connections.ts";
import { toCommandColumns, toDraftColumns } from "./draftColumns.ts";
import { timeoutAsUnknown } from "./failures.ts";

export const STATE = {
  name: "state",
  text: `
    SELECT log_id, coalesce((SELECT max(id) FROM entries), forgotten_to), forgotten_to + 1, server_start(),
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
  text: `
    SELECT head_id, start, outcomes, ids, sent_ats, messages
    FROM append_entries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
};

/** SQL: the columns of `MessageRow`. Subqueries fetch the usernames by index, whatever the statistics say. */
export const messageColumns = (row: string) => `
      ${row}.id, ${row}.sender_id, (SELECT username FROM accounts WHERE id = ${row}.sender_id),
      ${row}.recipient_id, (SELECT username FROM accounts WHERE id = ${row}.recipient_id),
      ${row}.text, ${row}.sent_at, ${row}.reply_to, ${row}.edit_id, ${row}.edited_at`;

/** The columns are those of `EntryRow`. */
export const READ = {
  name: "read",
  text: `
    SELECT ${messageColumns("e")},
      e.kind, e.message_id,
      CASE WHEN e.kind = 1 THEN (
        SELECT jsonb_build_array(text, sent_at, reply_to) FROM entries WHERE id = e.message_id AND edit_id = e.id
      ) END,
      e.by_id, (SELECT username FROM accounts WHERE id = e.by_id)
    FROM entries e WHERE e.id BETWEEN $1 AND $2 ORDER BY e.id`,
};

/** SQL: the ids of the newest messages that the account $1 may see (`maySee`). */
const visible = (condition: string, count: string) =>
  ["recipient_id IS NULL", "sender_id = $1 AND recipient_id IS NOT NULL", "recipient_id = $1"].map(
    (branch) => `(SELECT id FROM entries WHERE kind = 0 AND ${branch} ${condition} ORDER BY id DESC LIMIT ${count})`,
  );

export const RECENT = {
  name: "recent",
  text: `
    SELECT min(id) FROM (${visible("", "$2").join(" UNION ")} ORDER BY id DESC LIMIT $2) seen`,
};

/**
 * SQL: a page of the newest messages among those whose ids the queries find. The columns are those of `HistoryRow`.
 * $2: the number of messages of a page; $3: the bound of their texts. Each query stops at one message more than a page
 * has. The subquery fetches the messages by index, whatever the statistics say.
 */
const page = (queries: readonly string[]) => `
    WITH found AS MATERIALIZED (
      ${queries.join("\n      UNION ")}
      ORDER BY id DESC LIMIT $2 + 1
    )
    SELECT ${messageColumns("m")}, (SELECT count(*) FROM found)
    FROM (
      SELECT e.*, row_number() OVER newest AS place, sum(octet_length(e.text)) OVER newest AS bytes
      FROM found, LATERAL (SELECT * FROM entries WHERE id = found.id LIMIT 1) e
      WINDOW newest AS (ORDER BY e.id DESC)
    ) m
    WHERE place = 1 OR (place <= $2 AND bytes <= $3) ORDER BY id`;

export const HISTORY = { name: "history", text: page(visible("AND id < $4", "$2 + 1")) };
export const CONVERSATION = {
  name: "conversation",
  text: page(
    ["sender_id = $1 AND recipient_id = $5", "sender_id = $5 AND recipient_id = $1"].map(
      (branch) => `(SELECT id FROM entries WHERE kind = 0 AND ${branch} AND id < $4 ORDER BY id DESC LIMIT $2 + 1)`,
    ),
  ),
};
export const FIND = {
  name: "find",
  text: "SELECT id, sent_at, is_same FROM find_entry($1, $2, $3, $4, $5, $6)",
};
export const TRUNCATE = { name: "forget", text: "SELECT forget_entries($1, $2)" };

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
  /** Makes the words of edits for the search index. */
  readonly #splitter: Splitter;
  readonly #appendTimeoutMs: number;
  readonly #clock = new ServerClock();
  readonly #position: PositionObserver;

  /**
   * `appendTimeoutMs`: how long a batch may take to get the log's lock; must be less than the answer timeout. A batch
   * that gets the lock later is not appended: its clients may have sent the messages again by then, and received a
   * refusal.
   */
  constructor(pools: LogPools, splitter: Splitter, appendTimeoutMs: number, report: (error: Error) => void) {
    this.#pools = pools;
    this.#splitter = splitter;
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
    const values = [logId, headId, serverStart, tooLateAt, ...toDraftColumns(batch, this.#splitter)];
    const rows = await this.#pools.append.change<AppendedRow>(APPEND, values).catch((error) => {
      throw timeoutAsUnknown(error);
    });
    const row = rows[0] as AppendedRow;
    const [newHeadId, newServerStart] = row;
    this.#position.appended({ logId, headId: newHeadId, serverStart: newServerStart });
    return toAppendResults(batch, row);
  }

  async read(from: number, to: number): Promise<Entry[]> {
    return (await this.#pools.read.read<EntryRow>(READ, [from, to])).map(toEntry);
  }

  async recent(accountId: number, count: number): Promise<number> {
    const [[first] = []] = await this.#pools.read.read<[first: number | null]>(RECENT, [accountId, count]);
    return first ?? 0;
  }

  async history({ accountId, peerId, beforeId, maxMessages, maxBytes }: HistoryQuery): Promise<HistoryPage> {
    const values = [accountId, maxMessages, maxBytes, beforeId];
    const { read } = this.#pools;
    return toHistoryPage(
      peerId === undefined
        ? await read.read<HistoryRow>(HISTORY, values)
        : await read.read<HistoryRow>(CONVERSATION, [...values, peerId]),
    );
  }

  async find(senderId: number, requestId: string, content: Content): Promise<KnownResult | undefined> {
    const values = [senderId, Buffer.from(requestId), ...toCommandColumns(content)];
    const [row] = await this.#pools.find.read<KnownRow>(FIND, values).catch((error) => {
      throw timeoutAsUnknown(error);
    });
    return row && toKnownResult(row);
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
