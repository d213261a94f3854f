import {
  openPostgresStore,
  type PostgresOptions,
  type PostgresStore,
} from "../../src/server/engines/postgres/index.ts";
import { sharedServer } from "./engineServer.ts";
import { query } from "./query.ts";

let fixtures = 0;

/**
 * A new schema in a PostgreSQL database. It serves as an empty database, and is created a hundred times as fast as one.
 */
export interface PostgresFixture {
  /** Its `search_path` has only this schema. */
  readonly url: string;
  /** The reports of all stores that were opened here. */
  readonly reports: Error[];
  /** Opens the store for one more node. Any number can be open at a time. */
  open(options?: Partial<PostgresOptions>): Promise<PostgresStore>;
  /** The rows of a statement, on a connection of its own. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

/** Makes a schema on a server, by default on the one that all tests share. */
export async function postgresFixture(server?: { readonly url: string }): Promise<PostgresFixture> {
  const { url: database } = server ?? (await sharedServer("postgres"));
  fixtures += 1;
  const schema = `fixture_${process.pid}_${fixtures}`;
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
