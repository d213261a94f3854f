import type { Message } from "../../rig/history.ts";
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

  /** The messages of the log as they are now, in the order of the ids. */
  async messages(): Promise<Message[]> {
    const rows = await this.query(`
      SELECT m.id, s.username AS sender, coalesce(r.username, '') AS recipient, m.text, m.sent_at
      FROM entries m JOIN accounts s ON s.id = m.sender_id LEFT JOIN accounts r ON r.id = m.recipient_id
      WHERE m.kind = 0 ORDER BY m.id`);
    return rows.map(({ id, sender, recipient, text, sent_at }) => ({
      id: Number(id),
      sender: String(sender),
      recipient: String(recipient),
      text: String(text),
      sentAt: Number(sent_at),
    }));
  }

  /** Removes the database, also while it is in use. */
  async drop(): Promise<void> {
    await query(this.#server.url, `DROP DATABASE ${this.#name} WITH (FORCE)`);
  }
}
