import type { Connections } from "./connections.ts";

/** The oldest version of PostgreSQL that will do. */
const MIN_VERSION = 14;

const FACTS = {
  name: "server-facts",
  text: `
    SELECT current_setting('server_version_num')::integer / 10000, current_setting('server_version'),
      current_setting('server_encoding'), current_setting('fsync'), current_setting('synchronous_commit'),
      pg_is_in_recovery()`,
};

/** The server is there, and may be ready a little later. */
export class NotReady extends Error {}

/**
 * Looks at a server before it is used. Resolves with the level of `synchronous_commit` that it has by itself. Throws an error for people
 * where no message would be safe on it, or it cannot be used; `NotReady`, and `StoreUnavailable`.
 */
export async function inspectServer(connections: Connections, where: string): Promise<string> {
  const [row] = await connections.read<[number, string, string, string, string, boolean]>(FACTS);
  const [version, versionName, encoding, fsync, synchronousCommit, isStandby] = row as NonNullable<typeof row>;
  if (version < MIN_VERSION) {
    throw new Error(`PostgreSQL at ${where} is version ${versionName}: Obrolan needs ${MIN_VERSION} or newer.`);
  }
  if (encoding !== "UTF8") {
    throw new Error(
      `The database at ${where} is in ${encoding}, which has no place for most texts: make it anew with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    );
  }
  if (fsync !== "on") {
    throw new Error(
      `PostgreSQL at ${where} has fsync = ${fsync}: a power cut would lose messages that were accepted, and may ruin the database. Set fsync = on in its configuration.`,
    );
  }
  if (isStandby) throw new NotReady(`PostgreSQL at ${where} is a standby, where nothing can be written`);
  return synchronousCommit;
}
