import type { Connections } from "./connections.ts";
import { unavailable } from "./failures.ts";
import { MIGRATIONS } from "./schema/index.ts";

/** Whether there is a schema, and of which version. */
const VERSION = { name: "version", text: "SELECT to_regclass('obrolan_schema') IS NOT NULL" };
const READ_VERSION = { name: "read-version", text: "SELECT version FROM obrolan_schema" };

/**
 * Brings a database to today's schema, also where several nodes come at once. Throws an error for people where it is of a newer
 * version, and `StoreUnavailable`.
 */
export async function migrate(connections: Connections, where: string): Promise<void> {
  for (let version = await versionOf(connections); version !== MIGRATIONS.length; ) {
    if (version > MIGRATIONS.length) {
      throw new Error(
        `The database at ${where} has schema version ${version}, and this Obrolan knows versions up to ${MIGRATIONS.length}: it was used by a newer Obrolan. Start that one, or take another database.`,
      );
    }
    const before = version;
    const failure = await connections.script(stepFrom(before)).then(() => undefined, unavailable);
    version = await versionOf(connections);
    // Another node may have made the step.
    if (failure !== undefined && version === before) throw failure;
  }
}

async function versionOf(connections: Connections): Promise<number> {
  const [[exists] = []] = await connections.read<[boolean]>(VERSION);
  if (!exists) return 0;
  const [[version] = []] = await connections.read<[number]>(READ_VERSION);
  return version ?? 0;
}

/** A step as one message, and so one transaction: a node that stalls in the middle holds no lock. */
function stepFrom(version: number): string {
  return `
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(hashtext('obrolan'), hashtext(current_schema()));
    CREATE TABLE IF NOT EXISTS obrolan_schema (version integer NOT NULL);
    INSERT INTO obrolan_schema SELECT 0 WHERE NOT EXISTS (SELECT FROM obrolan_schema);
    DO $$ BEGIN
      IF (SELECT version FROM obrolan_schema) <> ${version} THEN
        RAISE EXCEPTION 'another node was here first' USING ERRCODE = 'OB003';
      END IF;
    END $$;
    ${MIGRATIONS[version]}
    UPDATE obrolan_schema SET version = ${version + 1};
  `;
}
