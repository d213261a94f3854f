import type { Account, AccountStore } from "../../accounts/ports/accountStore.ts";
import type { Connections } from "./connections.ts";
import type { LogPools } from "./log.ts";

export const CREATE = {
  name: "create-account",
  text: `
    INSERT INTO accounts (username, password_hash, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (username) DO NOTHING RETURNING id`,
};
export const FIND = {
  name: "find-account",
  text: "SELECT id, username, password_hash FROM accounts WHERE username = $1 AND deleted_at IS NULL",
};
export const SET_HASH = { name: "set-hash", text: "UPDATE accounts SET password_hash = $2 WHERE id = $1" };

/** The accounts in a PostgreSQL database. */
export class PostgresAccounts implements AccountStore {
  readonly #write: Connections;
  readonly #read: Connections;

  constructor({ write, read }: Pick<LogPools, "write" | "read">) {
    this.#write = write;
    this.#read = read;
  }

  async create(username: string, passwordHash: string, at: number): Promise<Account | undefined> {
    const [row] = await this.#write.change<[id: number]>(CREATE, [username, passwordHash, at]);
    return row && { id: row[0], username, passwordHash };
  }

  async find(username: string): Promise<Account | undefined> {
    const [row] = await this.#read.read<[id: number, username: string, passwordHash: string]>(FIND, [username]);
    return row && { id: row[0], username: row[1], passwordHash: row[2] };
  }

  async setPasswordHash(accountId: number, passwordHash: string): Promise<void> {
    await this.#write.change(SET_HASH, [accountId, passwordHash]);
  }
}
