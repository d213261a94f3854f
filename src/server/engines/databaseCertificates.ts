import { type Certificates, ConfigError, readAuthorities, readKeyPair } from "../../config/index.ts";

/**
 * The certificates that a database's URL names (`sslrootcert`, `sslcert`), read and checked together with the key (`sslkey`). Throws a
 * `ConfigError` with the remedy; there is nothing of the URL in it but the names of the files.
 */
export function databaseCertificates(url: string): Certificates[] {
  const parameters = new URLSearchParams(/\?(.*)/s.exec(url)?.[1] ?? "");
  const named = (parameter: string) => {
    // As pg does: the last one counts, and an empty one does not.
    const file = parameters.getAll(parameter).at(-1) || undefined;
    return file === undefined ? undefined : { setting: `${parameter} in --database-url`, file };
  };
  const [root, cert, key] = [named("sslrootcert"), named("sslcert"), named("sslkey")];
  const found: Certificates[] = root === undefined ? [] : [readAuthorities(root)];
  if (cert !== undefined && key !== undefined) found.push(readKeyPair(cert, key).certificates);
  else if (cert !== undefined || key !== undefined) {
    const [given, missing] = key === undefined ? ["sslcert", "sslkey"] : ["sslkey", "sslcert"];
    throw new ConfigError([`--database-url has ${given} and not ${missing}: TLS needs both.`]);
  }
  return found;
}
