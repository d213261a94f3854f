import type { Connections } from "./connections.ts";

/** The oldest supported version of PostgreSQL. */
const MIN_VERSION = 14;

const FACTS = {
  name: "server-facts",
  text: `
    SELECT current_setting('server_version_num')::integer / 10000, current_setting('server_version'),
      current_setting('server_encoding'), current_setting('fsync'), current_setting('synchronous_commit'),
      pg_is_in_recovery()`,
};

/** The server answers, and may be usable later. */
export class NotReady extends Error {
  override readonly name = "NotReady";
}

/**
 * Checks a server before it is used. Resolves with its default `synchronous_commit`. Throws an error for the operator
 * if messages would not be safe on the server or the server cannot be used, `NotReady` if it is a standby, or
 * `StoreUnavailable`.
 */
export async function inspectServer(connections: Connections, where: string): Promise<string> {
  type Row = [
    version: number,
    versionName: string,
    encoding: string,
    fsync: string,
    synchronousCommit: string,
    isStandby: boolean,
  ];
  const [row] = await connections.read<Row>(FACTS);
  const [version, versionName, encoding, fsync, synchronousCommit, isStandby] = row as Row;
  if (version < MIN_VERSION) {
    throw new Error(`PostgreSQL at ${where} is version ${versionName}: Obrolan needs ${MIN_VERSION} or newer.`);
  }
  if (encoding !== "UTF8") {
    throw new Error(
      `The database at ${where} is in ${encoding}, which cannot store every text: create it again with ` +
        "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    );
  }
  if (fsync !== "on") {
    throw new Error(
      `PostgreSQL at ${where} has fsync = ${fsync}: a power cut would lose messages that were accepted, ` +
        "and may ruin the database. Set fsync = on in its configuration.",
    );
  }
  if (isStandby) throw new NotReady(`PostgreSQL at ${where} is a standby, where nothing can be written`);
  return synchronousCommit;
}
