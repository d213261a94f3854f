import type { DatabaseSync } from "node:sqlite";
import type { Account } from "../../accounts/ports/accountStore.ts";
import type { Session } from "../../accounts/ports/sessionStore.ts";
import type { Content, HistoryQuery, KnownResult, LogState } from "../../log/ports/logStore.ts";
import type { Online } from "../../presence/ports/roster.ts";
import { type Guard, UNGUARDED } from "./files/custody.ts";
import { type AskedCommand, KnownCommands } from "./knownCommands.ts";
import { readClockMark, readState } from "./meta.ts";
import { ENTRY_JSON, IS_MESSAGE } from "./rows.ts";

/** A page of the history. */
export interface HistoryRows {
  /** The messages as JSON for `parseEntryRows`. */
  readonly rows: string;
  readonly hasOlder: boolean;
}

/**
 * The ids of the newest messages before id ?2 that an index has under a condition, at most ?3. The scan of the index ends
 * at the limit. Without a hint SQLite may scan the whole table instead, and skip the messages of others.
 */
const newest = (index: string, condition: string) => `
  SELECT id FROM (
    SELECT id FROM entries INDEXED BY ${index} WHERE ${condition} AND ${IS_MESSAGE} AND id < ?2
    ORDER BY id DESC LIMIT ?3)`;

const merged = (...scans: string[]) => `${scans.join(" UNION ")} ORDER BY id DESC LIMIT ?3`;

/** The newest messages before id ?2 that account ?1 may see, at most ?3: the rule of `maySee` in SQL. */
const VISIBLE = merged(
  newest("entries_public", "recipient_id IS NULL"),
  newest("entries_private_by_sender", "sender_id = ?1 AND recipient_id IS NOT NULL"),
  newest("entries_private_by_recipient", "recipient_id = ?1 AND recipient_id IS NOT NULL"),
);

/** The newest private messages before id ?2 between the accounts ?1 and ?4, at most ?3. */
const CONVERSATION = merged(
  newest("entries_conversation", "sender_id = ?1 AND recipient_id = ?4 AND recipient_id IS NOT NULL"),
  newest("entries_conversation", "sender_id = ?4 AND recipient_id = ?1 AND recipient_id IS NOT NULL"),
);

/** Messages in falling order of id, each as JSON, with the bytes of its text. */
const page = (ids: string) => `
  SELECT ${ENTRY_JSON} AS row, octet_length(coalesce(e.text, x.text)) AS bytes
  FROM (${ids}) AS page CROSS JOIN entries x ON x.id = page.id
  LEFT JOIN entries e ON e.target_id = x.id AND e.kind = 3
  ORDER BY page.id DESC`;

/** The methods of the reader's worker. In WAL mode its connection and the writer's never wait for each other. */
export class StoreReader {
  readonly #db: DatabaseSync;
  readonly #guard: Guard;
  readonly #statements;
  readonly #known: KnownCommands;

  constructor(db: DatabaseSync, guard: Guard = UNGUARDED) {
    this.#db = db;
    this.#guard = guard;
    this.#known = new KnownCommands(db);
    this.#statements = {
      read: db.prepare(`SELECT json_group_array(${ENTRY_JSON}) AS rows FROM entries x WHERE x.id BETWEEN ? AND ?`),
      recent: db.prepare(`SELECT min(id) AS first FROM (${VISIBLE})`),
      history: db.prepare(page(VISIBLE)),
      conversation: db.prepare(page(CONVERSATION)),
      accountId: db.prepare("SELECT id FROM accounts WHERE username = ?"),
      readMarker: db.prepare("SELECT up_to AS upTo FROM read_markers WHERE account_id = ?"),
      usernames: db.prepare(
        "SELECT a.id, a.username FROM json_each(?) AS wanted CROSS JOIN accounts a ON a.id = wanted.value",
      ),
      account: db.prepare(
        "SELECT id, username, password_hash AS passwordHash FROM accounts WHERE username = ? AND deleted_at IS NULL",
      ),
      session: db.prepare(`
        SELECT s.id, s.account_id AS accountId, a.username, s.expires_at AS expiresAt, s.last_used_at AS lastUsedAt
        FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = ? AND a.deleted_at IS NULL`),
      ended: db.prepare("SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM sessions)"),
    };
  }

  /** Throws `StoreLost`. The node calls this twice a second, so an idle server notices a loss too. */
  state(): LogState {
    this.#guard.checkFiles();
    this.#guard.checkOwner();
    return readState(this.#db);
  }

  /** The entries from id `from` to id `to`, both included, as JSON for `parseEntryRows`. */
  read(from: number, to: number): string {
    return this.#statements.read.get(from, to)?.rows as string;
  }

  /** The usernames of accounts, deleted accounts included. */
  usernames(accountIds: readonly number[]): [id: number, username: string][] {
    return this.#statements.usernames
      .all(JSON.stringify(accountIds))
      .map(({ id, username }) => [id as number, username as string]);
  }

  recent(accountId: number, count: number): number {
    const row = this.#statements.recent.get(accountId, Number.MAX_SAFE_INTEGER, count);
    return (row as { first: number | null }).first ?? 0;
  }

  history({ accountId, peerId, beforeId, maxMessages, maxBytes }: HistoryQuery): HistoryRows {
    const { history, conversation } = this.#statements;
    const limit = maxMessages + 1;
    const rows =
      peerId === undefined
        ? history.iterate(accountId, beforeId, limit)
        : conversation.iterate(accountId, beforeId, limit, peerId);
    const page: string[] = [];
    let bytes = 0;
    let hasOlder = false;
    for (const row of rows) {
      bytes += row.bytes as number;
      hasOlder = page.length === maxMessages || (page.length > 0 && bytes > maxBytes);
      if (hasOlder) break;
      page.push(row.row as string);
    }
    return { rows: `[${page.join(",")}]`, hasOlder };
  }

  find(senderId: number, requestId: string, content: Content): KnownResult | undefined {
    return this.#known.find(senderId, requestId, this.#commandOf(content));
  }

  /** The marker of an account, at most the head of the log; 0 if it has none. */
  readMarker(accountId: number): number {
    const row = this.#statements.readMarker.get(accountId) as { upTo: number } | undefined;
    return row === undefined ? 0 : Math.min(row.upTo, readState(this.#db).headId);
  }

  findAccount(username: string): Account | undefined {
    return this.#statements.account.get(username) as Account | undefined;
  }

  endedSessions(sessionIds: readonly number[]): number[] {
    return this.#statements.ended.all(JSON.stringify(sessionIds)).map((row) => row.value as number);
  }

  /** The users of the saved list. Accounts that are deleted or have no session are left out. */
  online(): Online[] {
    return this.#db
      .prepare(
        `SELECT o.account_id AS accountId, a.username, o.since FROM online o JOIN accounts a ON a.id = o.account_id
         WHERE a.deleted_at IS NULL AND EXISTS (SELECT 1 FROM sessions s WHERE s.account_id = o.account_id)`,
      )
      .all() as unknown as Online[];
  }

  clockMark(): number | undefined {
    return readClockMark(this.#db);
  }

  findSession(tokenHash: Uint8Array): Session | undefined {
    return this.#statements.session.get(tokenHash) as Session | undefined;
  }

  /** `undefined` if the recipient is unknown, so that no command of the log can be the same. */
  #commandOf(content: Content): AskedCommand | undefined {
    if (content.kind === "deleted") return { kind: "deleted", recipientId: 0, text: "", targetId: content.messageId };
    const { kind, text } = content;
    if (kind === "edited") return { kind, recipientId: 0, text, targetId: content.messageId };
    const { recipient, replyTo: targetId } = content;
    if (recipient === undefined) return { kind, text, targetId };
    if (recipient === "") return { kind, recipientId: 0, text, targetId };
    const account = this.#statements.accountId.get(recipient) as { id: number } | undefined;
    return account && { kind, recipientId: account.id, text, targetId };
  }
}
