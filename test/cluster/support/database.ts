import type { Change, Entry, Message } from "../../rig/history.ts";
import type { EngineServer } from "../../support/engineServer.ts";
import { query } from "../../support/query.ts";

let databases = 0;

/** A database of a real PostgreSQL, read directly and not through a node. */
export class Database {
  readonly url: string;
  readonly #server: EngineServer;
  readonly #name: string;

  private constructor(server: EngineServer, name: string) {
    this.#server = server;
    this.#name = name;
    this.url = server.url.replace(/\/[^/]*$/, `/${name}`);
  }

  /** Creates an empty database. */
  static async create(server: EngineServer): Promise<Database> {
    databases += 1;
    const name = `cluster_${databases}`;
    await query(server.url, `CREATE DATABASE ${name}`);
    return new Database(server, name);
  }

  /** The rows that a statement returns. */
  query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return query(this.url, text, values);
  }

  /** The messages in the log as they are now, in the order of the ids. */
  async messages(): Promise<Message[]> {
    return (await this.entries()).flatMap(({ entry }) => (entry.kind === "message" ? [entry] : []));
  }

  /** The whole log, in the order of the ids, without what is erased. `message`: that of an edit or a deletion. */
  async entries(): Promise<{ readonly entry: Entry; readonly message: Pick<Message, "sender" | "recipient"> }[]> {
    const rows = await this.query(`
      SELECT e.id, e.kind, e.message_id, s.username AS sender, coalesce(r.username, '') AS recipient, e.sent_at,
        coalesce(m.text, e.text) AS text, e.edited_at, b.username AS by
      FROM entries e JOIN accounts s ON s.id = e.sender_id LEFT JOIN accounts r ON r.id = e.recipient_id
        LEFT JOIN accounts b ON b.id = e.by_id LEFT JOIN entries m ON m.id = e.message_id
      WHERE e.kind IN (0, 2) OR e.kind = 1 AND m.kind = 0 AND m.edit_id = e.id
      ORDER BY e.id`);
    return rows.map((row) => ({
      entry: row.kind === 0 ? toMessage(row) : toChange(row),
      message: { sender: String(row.sender), recipient: String(row.recipient) },
    }));
  }

  /** Removes the database, also while it is in use. */
  async drop(): Promise<void> {
    await query(this.#server.url, `DROP DATABASE ${this.#name} WITH (FORCE)`);
  }
}

function toMessage({ id, sender, recipient, text, sent_at, edited_at }: Record<string, unknown>): Message {
  const names = { sender: String(sender), recipient: String(recipient) };
  const times = { sentAt: Number(sent_at), editedAt: Number(edited_at ?? 0) };
  return { kind: "message", id: Number(id), ...names, text: String(text), ...times };
}

function toChange({ id, kind, message_id, text, sent_at, by }: Record<string, unknown>): Change {
  const [messageId, at] = [Number(message_id), Number(sent_at)];
  return kind === 1
    ? { kind: "edited", id: Number(id), messageId, text: String(text), editedAt: at }
    : { kind: "deleted", id: Number(id), messageId, deletedAt: at, by: String(by ?? "") };
}
