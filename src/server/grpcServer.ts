import { type ServerOptions as GrpcOptions, ServerCredentials, type ServerInterceptor } from "@grpc/grpc-js";
import { createServer, type Server } from "nice-grpc";

/**
 * The server pings each connection every `timeMs`, and closes the connection if no answer arrives within `timeoutMs`.
 */
export const KEEPALIVE = { timeMs: 15_000, timeoutMs: 10_000 };

const OPTIONS: GrpcOptions = {
  // Further streams of a client wait until earlier ones end (HTTP/2's SETTINGS_MAX_CONCURRENT_STREAMS).
  "grpc.max_concurrent_streams": 100,
  // -1: no limit. rpc/inbound refuses requests that are too large before grpc-js sees them.
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  // grpc-js does not detect dead connections by default.
  "grpc.keepalive_time_ms": KEEPALIVE.timeMs,
  "grpc.keepalive_timeout_ms": KEEPALIVE.timeoutMs,
};

/** A certificate and its key, in PEM. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Creates the gRPC server, without services. */
export function createGrpcServer(interceptors: ServerInterceptor[]): Server {
  return createServer({ ...OPTIONS, interceptors } as GrpcOptions);
}

/** The credentials to listen with: TLS if there is a certificate, otherwise plain text. */
export function credentialsFor(tls: TlsPair | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }]);
}

/** How long calls may take to end after the `Chat` streams have ended. Then they are cancelled. */
const CALLS_TIMEOUT_MS = 1_000;

/**
 * How long connections may take to end, counted from the same moment. When an HTTP/2 session closes, Node.js
 * half-closes its socket and waits for the client's half, which a client that is gone never sends.
 */
const SOCKETS_TIMEOUT_MS = 1_500;

/**
 * Shuts down a gRPC server. Its `shutdown` waits for all calls, such as `Watch`, and for all connections, without a
 * limit of its own.
 */
export async function shutDown(grpc: Server, sockets: { destroyAll(): void }): Promise<void> {
  const timers = [
    setTimeout(() => grpc.forceShutdown(), CALLS_TIMEOUT_MS),
    setTimeout(() => sockets.destroyAll(), SOCKETS_TIMEOUT_MS),
  ];
  await grpc.shutdown();
  for (const timer of timers) clearTimeout(timer);
}
