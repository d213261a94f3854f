import {
  openPostgresStore,
  type PostgresOptions,
  type PostgresStore,
} from "../../src/server/engines/postgres/index.ts";
import { sharedServer } from "./engineServer.ts";
import { query } from "./query.ts";

let fixtures = 0;

/**
 * An empty schema in a PostgreSQL database. It serves as a database of its own, and is created a hundred times as fast.
 */
export interface PostgresFixture {
  /** The URL of the database, with this schema as the only one of its search path. */
  readonly url: string;
  /** The errors that the stores in this schema have reported. */
  readonly reports: Error[];
  /** Opens the store in this schema for one more node. */
  open(options?: Partial<PostgresOptions>): Promise<PostgresStore>;
  /** Runs a statement on a connection of its own. Resolves with the rows. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

/** Creates a fixture on a server, by default on the one that all tests share. */
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
