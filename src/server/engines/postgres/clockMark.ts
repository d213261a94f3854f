import type { ClockMark } from "../../common/ports/clockMark.ts";
import type { Connections } from "./connections.ts";
import type { LogPools } from "./log.ts";

export const READ = { name: "read-clock-mark", text: "SELECT at FROM clock_mark" };
export const WRITE = {
  name: "write-clock-mark",
  text: "INSERT INTO clock_mark (at) VALUES ($1) ON CONFLICT (is_only) DO UPDATE SET at = excluded.at",
};

/** The clock mark in a PostgreSQL database, which all its nodes share. */
export class PostgresClockMark implements ClockMark {
  readonly #write: Connections;
  readonly #read: Connections;

  constructor({ write, read }: Pick<LogPools, "write" | "read">) {
    this.#write = write;
    this.#read = read;
  }

  async read(): Promise<number | undefined> {
    const [row] = await this.#read.read<[at: number]>(READ);
    return row?.[0];
  }

  async write(at: number): Promise<void> {
    await this.#write.change(WRITE, [at]);
  }
}
