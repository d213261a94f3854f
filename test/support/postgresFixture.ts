import {
  openPostgresStore,
  type PostgresOptions,
  type PostgresStore,
} from "../../src/server/engines/postgres/index.ts";
import { sharedServer } from "./engineServer.ts";
import { query } from "./query.ts";

let places = 0;

/**
 * An empty part of a PostgreSQL database, as good as a database of its own and made a hundred times as fast: a
 * schema.
 */
export interface PostgresFixture {
  /** Leads to it alone. */
  readonly url: string;
  /** What was reported by the stores that were opened here. */
  readonly reports: Error[];
  /** Opens the store of this place as one more node; any number at a time. */
  open(options?: Partial<PostgresOptions>): Promise<PostgresStore>;
  /** What a statement gives, past any store. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

/** Makes one on a server, by default the one that all tests share. */
export async function postgresFixture(server?: { readonly url: string }): Promise<PostgresFixture> {
  const { url: database } = server ?? (await sharedServer("postgres"));
  places += 1;
  const schema = `place_${process.pid}_${places}`;
  const url = `${database}?options=-c%20search_path%3D${schema}`;
  const reports: Error[] = [];
  await query(url, `CREATE SCHEMA ${schema}`);
  return {
    url,
    reports,
    open: (options) => openPostgresStore({ url, report: (error) => reports.push(error), ...options }),
    query: (text, values) => query(url, text, values),
    remove: async () => {
      await query(url, `DROP SCHEMA ${schema} CASCADE`);
    },
  };
}
