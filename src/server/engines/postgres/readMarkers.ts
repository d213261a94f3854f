import type { ReadMarkers } from "../../log/ports/readMarkers.ts";
import type { Connections } from "./connections.ts";
import type { LogPools } from "./log.ts";

// Only a restored copy of the table can have a marker beyond the head.
export const GET = {
  name: "get-read-marker",
  text: `
    SELECT least(up_to, coalesce((SELECT max(id) FROM entries), (SELECT forgotten_to FROM log)))
    FROM read_markers WHERE account_id = $1`,
};
export const ADVANCE = {
  name: "advance-read-marker",
  text: "SELECT up_to, moved FROM advance_read_marker($1, $2)",
};

/** The read markers of the accounts in a PostgreSQL database. */
export class PostgresReadMarkers implements ReadMarkers {
  readonly #write: Connections;
  readonly #read: Connections;

  constructor({ write, read }: Pick<LogPools, "write" | "read">) {
    this.#write = write;
    this.#read = read;
  }

  async get(accountId: number): Promise<number> {
    const [row] = await this.#read.read<[upTo: number]>(GET, [accountId]);
    return row?.[0] ?? 0;
  }

  async advance(accountId: number, upTo: number): Promise<{ upTo: number; moved: boolean }> {
    type Row = [upTo: number, moved: boolean];
    const [marker, moved] = (await this.#write.change<Row>(ADVANCE, [accountId, upTo]))[0] as Row;
    return { upTo: marker, moved };
  }
}
