import { type Certificates, ConfigError, readAuthorities, readKeyPair } from "../../config/index.ts";

/**
 * Reads the certificates in a database's URL (`sslrootcert`, `sslcert`), and checks them with the key (`sslkey`).
 * Throws a `ConfigError` with the remedy, which quotes nothing of the URL but the file names.
 */
export function databaseCertificates(url: string): Certificates[] {
  const parameters = new URLSearchParams(/\?(.*)/s.exec(url)?.[1] ?? "");
  const named = (parameter: string) => {
    // As in pg, the last value counts, and an empty one is ignored.
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
