import type { Server as TlsServer } from "node:tls";
import { type ServerOptions as GrpcOptions, ServerCredentials } from "@grpc/grpc-js";
import { createServer as createGrpcServer } from "nice-grpc";
import { HealthState } from "nice-grpc-server-health";
import type { Counters } from "./chat/counters.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_RETENTION,
  DEFAULT_SIZES,
  DEFAULT_TIMINGS,
  type Limits,
  type RetentionPolicy,
  type Sizes,
  type Timings,
} from "./common/limits.ts";
import type { Logger } from "./common/logger.ts";
import { type Stopwatch, systemStopwatch } from "./common/stopwatch.ts";
import { withLongBacklog } from "./net/backlog.ts";
import { captureListen } from "./net/captureListen.ts";
import { OpenSockets } from "./net/openSockets.ts";
import { OtherProtocols } from "./net/otherProtocols.ts";
import { RemoteAddresses } from "./net/remoteAddresses.ts";
import type { Engines } from "./node/engines.ts";
import { ChatNode, type NodeStats } from "./node/node.ts";
import { VERSION } from "./process/version.ts";
import { CallCounters } from "./rpc/callCounters.ts";
import { WireEncoder } from "./rpc/chat/encoder.ts";
import { chatInterceptor } from "./rpc/chat/interceptor.ts";
import { chatService } from "./rpc/chatService.ts";
import { servedDefinition } from "./rpc/definition.ts";
import { errorMiddleware } from "./rpc/errorMiddleware.ts";
import type { CallFailure } from "./rpc/failure.ts";
import { healthDefinition, healthService } from "./rpc/health.ts";
import { InboundGate } from "./rpc/inbound/gate.ts";
import type { InboundLimits } from "./rpc/inbound/limits.ts";
import { addReflection } from "./rpc/reflection.ts";
import { REQUEST_KINDS } from "./rpc/requestKinds.ts";

/** What a server is made with; what is left out has its default (room/limits.ts). */
export interface ServerOptions {
  readonly engines: Engines;
  readonly limits?: Partial<Limits>;
  readonly retention?: Partial<RetentionPolicy>;
  readonly timings?: Partial<Timings>;
  readonly sizes?: Partial<Sizes>;
  /** Failed sign-ins for a name and address before there is a wait; 0: there is none. Default 5. */
  readonly loginFailures?: number;
  /** Milliseconds since the epoch. Default: the system's. */
  readonly clock?: () => number;
  /** Milliseconds since some moment, which no set clock moves. Default: the system's. */
  readonly stopwatch?: Stopwatch;
  /** Default: none. */
  readonly logger?: Logger;
  /** PEM. Default: plain HTTP/2. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Whether a proxy in front says whose connections it passes on: PROXY protocol, version 2. Default false. */
  readonly proxyProtocol?: boolean;
  /**
   * Whether responses are written to the HTTP/2 streams behind grpc-js (docs/decisions/0002-chat-on-grpc-js.md). Default: if
   * this version of grpc-js allows it.
   */
  readonly direct?: boolean;
  /** What a client may leave unfinished; what is left out has its default (rpc/inbound/limits.ts). */
  readonly inbound?: Partial<InboundLimits>;
}

/** What the server does at the moment, for those who watch it. */
export type Stats = NodeStats;

/** A chat server. It never listens by itself. */
export interface ChatServer {
  /** Listens on `HOST:PORT`; resolves with the port, which is the system's choice for 0. */
  listen(address: string): Promise<number>;
  /** From now on new connections are shown this certificate; only for a server that talks TLS. Those that are open go on. */
  useCertificate(tls: { readonly cert: Buffer; readonly key: Buffer }): void;
  /** `NOT_SERVING`, a goodbye on every stream, all that was accepted on disk, and no more. Gone within 10 s. */
  drain(): Promise<void>;
  stats(): Stats;
  /** What it has done since its start. */
  readonly counters: Counters;
  /** The calls since its start. */
  readonly calls: CallCounters;
}

const SERVICE = "obrolan.v1.ChatService";

/** How long calls may take to end once the streams have, in milliseconds; then they are cut. */
const SHUTDOWN = 1_000;

/**
 * How long connections may take to end, in milliseconds, from the same moment on. Node only half-closes one whose session was closing,
 * and waits for the client's half: one that has gone without a word never sends it.
 */
const CUT = 1_500;

/** How long a connection may be silent before it is asked for a sign of life, and how long it has to give one, in milliseconds. */
export const KEEPALIVE = { time: 15_000, timeout: 10_000 };

const GRPC_OPTIONS: GrpcOptions = {
  // More streams of one client wait for the ones before (HTTP/2's SETTINGS_MAX_CONCURRENT_STREAMS).
  "grpc.max_concurrent_streams": 100,
  // What is larger has been refused before it gets here (rpc/inbound).
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  // A dead connection is found within 25 s; grpc-js does not look by default.
  "grpc.keepalive_time_ms": KEEPALIVE.time,
  "grpc.keepalive_timeout_ms": KEEPALIVE.timeout,
};

const SILENT: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** Puts the parts together. Throws `StoreUnavailable` where the log cannot be read. */
export async function createServer(options: ServerOptions): Promise<ChatServer> {
  const logger = options.logger ?? SILENT;
  const report = (err: unknown) => logger.error({ err }, "something went wrong");
  const warn = (message: string) => logger.warn({}, message);
  const health = HealthState();
  health.setStatus("healthy", SERVICE);
  let drained: Promise<void> | undefined;
  const storeAnswers = (does: boolean) => {
    if (does) logger.info({}, "the store answers again");
    else logger.warn({}, "the store does not answer: until it does, nobody can send or come in");
    // Not that of the server itself: to start it again would bring no store back.
    if (drained === undefined) health.setStatus(does ? "healthy" : "unhealthy", SERVICE);
  };
  const room = await ChatNode.open({
    engines: options.engines,
    encoder: new WireEncoder(VERSION),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    retention: { ...DEFAULT_RETENTION, ...options.retention },
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    sizes: { ...DEFAULT_SIZES, ...options.sizes },
    loginFailures: options.loginFailures ?? 5,
    clock: options.clock ?? Date.now,
    stopwatch: options.stopwatch ?? systemStopwatch,
    report,
    warn,
    storeAnswers,
  });
  const calls = new CallCounters();
  const interceptors = [chatInterceptor({ node: room, counters: calls, report, warn, direct: options.direct })];
  const grpc = createGrpcServer({ ...GRPC_OPTIONS, interceptors } as GrpcOptions);
  const failed = (failure: CallFailure) => calls.failed(failure);
  const callers = new RemoteAddresses();
  const errors = errorMiddleware({ report, failed });
  grpc.with(errors).add(servedDefinition, chatService({ node: room, counters: calls }, callers));
  grpc.with(errors).add(healthDefinition, healthService(health));
  await addReflection(grpc, errors);
  const gate = new InboundGate({ kinds: REQUEST_KINDS, failed, limits: options.inbound });

  const sockets = new OpenSockets();
  const listeners: TlsServer[] = [];
  const otherProtocols = new OtherProtocols({
    tls: options.tls !== undefined,
    log: (facts, message) => logger.info(facts, message),
    stopwatch: options.stopwatch ?? systemStopwatch,
  });
  const listen = (address: string) =>
    captureListen(
      () => withLongBacklog(() => grpc.listen(address, credentialsOf(options.tls))),
      ({ server }) => {
        gate.listenAt(server);
        otherProtocols.listenAt(server);
        sockets.track(server);
        // grpc-js makes it with `http2.createSecureServer`, which gives a `tls.Server`.
        if (options.tls !== undefined) listeners.push(server as TlsServer);
        if (options.proxyProtocol) callers.listenAt(server);
      },
    );
  const drain = async () => {
    health.setStatus("unhealthy", SERVICE);
    health.setStatus("unhealthy");
    await room.drain();
    callers.close();
    otherProtocols.close();
    await end(grpc, sockets);
    await room.close();
  };
  return {
    listen,
    useCertificate: ({ cert, key }) => {
      for (const listener of listeners) listener.setSecureContext({ cert, key });
    },
    drain: () => {
      drained ??= drain();
      return drained;
    },
    stats: () => room.stats(),
    counters: room.counters,
    calls,
  };
}

/** `shutdown` waits for every call, a watched health among them, and for every connection; past their times they are cut. */
async function end(grpc: { shutdown(): Promise<void>; forceShutdown(): void }, sockets: OpenSockets): Promise<void> {
  const timers = [setTimeout(() => grpc.forceShutdown(), SHUTDOWN), setTimeout(() => sockets.cut(), CUT)];
  await grpc.shutdown();
  for (const timer of timers) clearTimeout(timer);
}

function credentialsOf(tls: ServerOptions["tls"]): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }]);
}
