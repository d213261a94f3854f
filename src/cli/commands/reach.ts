import { readFileSync } from "node:fs";
import type { ConnectOptions } from "../../client/index.ts";
import { ConfigError } from "../../config/index.ts";
import type { ReachConfig } from "../config.ts";

/** Where the server is, as the client library wants it. Throws a `ConfigError` where the certificates cannot be read. */
export function connectOptions({ server, ca, insecure }: ReachConfig): ConnectOptions {
  return {
    address: server,
    ...(ca === undefined ? {} : { ca: readCa(ca) }),
    ...(insecure ? { insecure } : {}),
  };
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError([`--ca: the file ${file} cannot be read: ${(cause as Error).message}.`], { cause });
  }
}
