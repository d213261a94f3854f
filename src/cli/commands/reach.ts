import { readFileSync } from "node:fs";
import { type ChatClient, ChatError, connect } from "../../client/index.ts";
import { ConfigError } from "../../config/index.ts";
import type { ReachConfig } from "../config.ts";

/**
 * The client of a server. `timeoutMs`: how long a call may take, in milliseconds; default: as the library has it. Throws a `ConfigError` for
 * certificates that cannot be used.
 */
export function reach({ server, ca, insecure }: ReachConfig, timeoutMs?: number): ChatClient {
  try {
    return connect({
      address: server,
      ...(ca === undefined ? {} : { ca: readCa(ca) }),
      ...(insecure ? { insecure } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } catch (cause) {
    if (!(cause instanceof ChatError)) throw cause;
    throw new ConfigError([ca === undefined ? cause.message : `--ca ${ca}: ${cause.message}`], { cause });
  }
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError([`--ca: the file ${file} cannot be read: ${(cause as Error).message}.`], { cause });
  }
}
