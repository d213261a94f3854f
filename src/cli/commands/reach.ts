import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { type ChatClient, ChatError, connect } from "../../client/index.ts";
import { ConfigError, readAuthorities } from "../../config/index.ts";
import type { ReachConfig } from "../config.ts";
import { inFlags } from "../inFlags.ts";

/**
 * The client of a server. `timeoutMs`: how long a call may take, in milliseconds; default: as the library has it. Throws a `ConfigError` for
 * certificates that cannot be used.
 */
export function reach({ server, ca, insecure }: ReachConfig, timeoutMs?: number): ChatClient {
  quietenGrpc();
  try {
    return connect({
      address: server,
      ...(ca === undefined ? {} : { ca: Buffer.from(readAuthorities({ setting: "--ca", file: ca }).pem) }),
      ...(insecure ? { insecure } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } catch (cause) {
    if (!(cause instanceof ChatError)) throw cause;
    throw new ConfigError([inFlags(cause.message)], { cause });
  }
}

/** grpc-js writes to standard error by itself, for instance that a proxy is away: errors say it in sentences. */
function quietenGrpc(): void {
  const { GRPC_VERBOSITY, GRPC_NODE_VERBOSITY } = process.env;
  if (!GRPC_VERBOSITY && !GRPC_NODE_VERBOSITY) setLogVerbosity(logVerbosity.NONE);
}
