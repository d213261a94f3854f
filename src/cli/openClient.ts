import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { type ChatClient, ChatError, connect } from "../client/index.ts";
import { ConfigError, readAuthorities } from "../config/index.ts";
import { isLoopback, parseAddress } from "../shared/address.ts";
import type { ConnectionConfig } from "./config.ts";
import { optionsToFlags } from "./optionsToFlags.ts";

/**
 * Makes the client of a server. `timeoutMs`: the limit for a call; default: the library's. Throws a `ConfigError` for
 * certificates that cannot be used.
 */
export function openClient({ server, ca, insecure }: ConnectionConfig, timeoutMs?: number): ChatClient {
  silenceGrpc();
  try {
    return connect({
      address: server,
      ...(ca === undefined ? {} : { ca: Buffer.from(readAuthorities({ setting: "--ca", file: ca }).pem) }),
      ...(insecure ? { insecure } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } catch (cause) {
    if (!(cause instanceof ChatError)) throw cause;
    throw new ConfigError([optionsToFlags(cause.message)], { cause });
  }
}

/** Whether the client of these settings reaches the server over TLS. */
export function isEncrypted({ server, ca, insecure }: ConnectionConfig): boolean {
  return !insecure && (ca !== undefined || !isLoopback(parseAddress(server)?.host ?? ""));
}

/**
 * grpc-js writes to standard error, for example that a proxy does not listen. The program's own errors say the same.
 */
function silenceGrpc(): void {
  const { GRPC_VERBOSITY, GRPC_NODE_VERBOSITY } = process.env;
  if (!GRPC_VERBOSITY && !GRPC_NODE_VERBOSITY) setLogVerbosity(logVerbosity.NONE);
}
