import { randomUUID } from "node:crypto";
import { StoreUnavailable } from "../../common/storeErrors.ts";
import type { Message } from "../../log/message.ts";
import type { AppendResult, Draft, KnownMessage, LogState, LogStore } from "../../log/ports/logStore.ts";
import { hasRegressed, type ObservedPosition, observe, type ReportedPosition } from "../shared/observedPosition.ts";
import { ServerClock } from "../shared/serverClock.ts";
import type { Connections } from "./connections.ts";
import { settledBehindOthers, unavailable } from "./failures.ts";
import { toAppended, toColumns } from "./rows.ts";

export const STATE = {
  name: "state",
  text: `
    SELECT log_id, coalesce((SELECT max(id) FROM messages), forgotten_to), forgotten_to + 1, server_start(), server_start, head_at_start,
      server_time()
    FROM log`,
};
export const RENEW = {
  name: "renew",
  text: "UPDATE log SET log_id = $1 WHERE log_id = $2 AND server_start() = $3 RETURNING 1",
};
export const APPEND = {
  name: "append",
  text: "SELECT head_id, start, kinds, ids, sent_ats FROM append_drafts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};
// The names one by one from their index: that is how it is planned whatever the database takes the tables for.
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
export const FORGET = { name: "forget", text: "SELECT forget_messages($1, $2)" };

/** The log in a PostgreSQL database that many nodes share. */
export class PostgresLog implements LogStore {
  readonly #appending: Connections;
  readonly #writing: Connections;
  readonly #reading: Connections;
  readonly #finding: Connections;
  readonly #report: (error: Error) => void;
  readonly #inTime: number;
  readonly #clock = new ServerClock();
  #observed: ObservedPosition = { logId: "", headId: 0, serverStart: 0 };

  /**
   * `appending` has one connection, which keeps its calls in order; `finding` one that may wait, and hold up nothing else. `inTime`: how
   * long a batch may take until it has the log's lock, in milliseconds: less than its answer may take. So whoever is told that the
   * outcome is not known may rely on it that nothing is written any more, and what is refused then stays refused.
   */
  constructor(
    connections: { appending: Connections; writing: Connections; reading: Connections; finding: Connections },
    inTime: number,
    report: (error: Error) => void,
  ) {
    this.#appending = connections.appending;
    this.#writing = connections.writing;
    this.#reading = connections.reading;
    this.#finding = connections.finding;
    this.#inTime = inTime;
    this.#report = report;
  }

  async state(seen?: Pick<LogState, "logId" | "headId">): Promise<LogState> {
    // As it was before the database is asked: what is appended meanwhile may be missing in the answer.
    const known = this.#observed;
    const log = await this.#look();
    if (hasRegressed(log, known, seen)) {
      await this.#renew(log, Math.max(known.headId, seen?.headId ?? 0));
      return this.state(seen);
    }
    this.#observed = observe(this.#observed, log);
    return { logId: log.logId, headId: log.headId, oldestId: log.oldestId };
  }

  async append(batch: readonly Draft[], forLog?: string): Promise<AppendResult[]> {
    if (batch.length === 0) return [];
    const { logId, headId, serverStart } = this.#observed;
    if (forLog !== undefined && forLog !== logId) throw new StoreUnavailable(`the log is ${logId} now, not ${forLog}`);
    const values = [logId, headId, serverStart, this.#clock.in(this.#inTime), ...toColumns(batch)];
    const [row] = await this.#appending
      .change<[number, number, string, number[], number[]]>(APPEND, values)
      .catch((error) => {
        throw settledBehindOthers(error);
      });
    const [newHeadId, start, kinds, ids, sentAts] = row as NonNullable<typeof row>;
    // It may have been seen meanwhile that it is another log.
    if (logId === this.#observed.logId)
      this.#observed = observe(this.#observed, { logId, headId: newHeadId, serverStart: start });
    return toAppended(batch, kinds, ids, sentAts);
  }

  async read(from: number, to: number): Promise<Message[]> {
    const rows = await this.#reading.read<[number, number, string, number, string, string, number]>(READ, [from, to]);
    return rows.map(([id, senderId, sender, recipientId, recipient, text, sentAt]) => ({
      id,
      senderId,
      sender,
      recipientId,
      recipient,
      text,
      sentAt,
    }));
  }

  async recent(accountId: number, count: number): Promise<number> {
    const [[first] = []] = await this.#reading.read<[number | null]>(RECENT, [accountId, count]);
    return first ?? 0;
  }

  async find(senderId: number, requestId: string): Promise<KnownMessage | undefined> {
    const values = [senderId, Buffer.from(requestId)];
    const [row] = await this.#finding.read<[number, number, string, string]>(FIND, values).catch((error) => {
      throw settledBehindOthers(error);
    });
    return row && { id: row[0], sentAt: row[1], recipient: row[2], text: row[3] };
  }

  async truncate(before: number): Promise<void> {
    await this.#appending.change(FORGET, [this.#observed.logId, before]);
  }

  async #look(): Promise<ReportedPosition> {
    const askedAt = performance.now();
    const [row] = await this.#reading.read<[string, number, number, number, number, number, number]>(STATE);
    const [logId, headId, oldestId, serverStart, appendedSince, headAtStart, time] = row as NonNullable<typeof row>;
    this.#clock.observe(time, askedAt);
    return { logId, headId, oldestId, serverStart, appendedSince, headAtStart };
  }

  /** Makes another log of it, unless another node was first. */
  async #renew(log: ReportedPosition, had: number): Promise<void> {
    const logId = randomUUID();
    const renewed = await this.#writing.change(RENEW, [logId, log.logId, log.serverStart]).catch((error) => {
      // Whether it has happened or will shows when the log is looked at the next time.
      throw unavailable(error);
    });
    if (renewed.length === 0) return;
    const end = log.headId < had ? log.headId : log.headAtStart;
    this.#report(
      new Error(
        `The log has gone back: it had message ${had}, and the copy of the database that has taken over ended at message ${end}. What came after that is lost. The log is another one now (${logId}), and everyone is told of a gap.`,
      ),
    );
  }
}
