import type { ClockMark } from "../../common/ports/clockMark.ts";
import type { Connections } from "./connections.ts";

export const READ = { name: "read-clock-mark", text: "SELECT at FROM clock_mark" };
export const WRITE = {
  name: "write-clock-mark",
  text: "INSERT INTO clock_mark (at) VALUES ($1) ON CONFLICT (is_only) DO UPDATE SET at = excluded.at",
};

/** The newest time that any node of a PostgreSQL database was sure of. */
export class PostgresClockMark implements ClockMark {
  readonly #writing: Connections;
  readonly #reading: Connections;

  constructor({ writing, reading }: { writing: Connections; reading: Connections }) {
    this.#writing = writing;
    this.#reading = reading;
  }

  async read(): Promise<number | undefined> {
    const [row] = await this.#reading.read<[number]>(READ);
    return row?.[0];
  }

  async write(at: number): Promise<void> {
    await this.#writing.change(WRITE, [at]);
  }
}
