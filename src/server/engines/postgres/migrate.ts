import { unavailable } from "../shared/failures.ts";
import type { Connections } from "./connections.ts";
import { MIGRATIONS } from "./schema/index.ts";

const HAS_SCHEMA = { name: "version", text: "SELECT to_regclass('obrolan_schema') IS NOT NULL" };
const READ_VERSION = { name: "read-version", text: "SELECT version FROM obrolan_schema" };

/**
 * Migrates a database to the current schema. Several nodes may do so at once. Throws an error for the operator if the
 * version is newer, or `StoreUnavailable`.
 */
export async function migrate(connections: Connections, where: string): Promise<void> {
  for (let version = await versionOf(connections); version !== MIGRATIONS.length; ) {
    if (version > MIGRATIONS.length) {
      throw new Error(
        `The database at ${where} has schema version ${version}, and this Obrolan knows versions up to ` +
          `${MIGRATIONS.length}: it was used by a newer Obrolan. Start that one, or take another database.`,
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
  const [[exists] = []] = await connections.read<[exists: boolean]>(HAS_SCHEMA);
  if (!exists) return 0;
  const [[version] = []] = await connections.read<[version: number]>(READ_VERSION);
  return version ?? 0;
}

/** One step as one protocol message, and so one transaction: a node that stalls holds no lock. */
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
