import { readVersion } from "../shared/version.ts";
import type { Counters } from "./chat/counters.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_LOGIN_FAILURES,
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
import { createGrpcServer, shutDown, type TlsPair } from "./grpcServer.ts";
import { type ConnectionCounts, Listener } from "./listener.ts";
import { AddressLimit } from "./net/addressLimit.ts";
import { RemoteAddresses } from "./net/remoteAddresses.ts";
import type { Engines } from "./node/engines.ts";
import { ChatNode, type NodeStats } from "./node/node.ts";
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
import { rateLimitKey } from "./rpc/rateLimitKey.ts";
import { addReflection } from "./rpc/reflection.ts";
import { REQUEST_KINDS } from "./rpc/requestKinds.ts";
import { ServingStatus } from "./servingStatus.ts";

/**
 * The parts and options of a server. `limits`, `retention`, `timings` and `sizes` have their defaults in
 * common/limits.ts.
 */
export interface ServerOptions {
  readonly engines: Engines;
  readonly limits?: Partial<Limits>;
  readonly retention?: Partial<RetentionPolicy>;
  readonly timings?: Partial<Timings>;
  readonly sizes?: Partial<Sizes>;
  /** Failed sign-ins for a name and address before further ones must wait. 0: they never wait. */
  readonly loginFailures?: number;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly clock?: () => number;
  /** Milliseconds since an arbitrary moment, unaffected if the system's clock is set. Default: the monotonic clock. */
  readonly stopwatch?: Stopwatch;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Default: plain HTTP/2. */
  readonly tls?: TlsPair;
  /** Read the address of each client from the header of the PROXY protocol, version 2. Default false. */
  readonly proxyProtocol?: boolean;
  /** How many connections may be open at once. Further ones are closed at once. Default 0: no limit. */
  readonly maxConnections?: number;
  /** How many connections of one address may be open at once. Loopback is not counted. Default 0: no limit. */
  readonly maxConnectionsPerAddress?: number;
  /**
   * Whether responses are written directly to the HTTP/2 streams (docs/decisions/0002-chat-on-grpc-js.md), if this
   * version of grpc-js allows that. Otherwise grpc-js writes them. Default true.
   */
  readonly direct?: boolean;
  /** Limits for unfinished requests. Options without a value get the defaults of rpc/inbound/limits.ts. */
  readonly inbound?: Partial<InboundLimits>;
}

/** The current numbers of a server. */
export type Stats = NodeStats;

/** A chat server. It accepts no connections before `listen`. */
export interface ChatServer {
  /** Listens on `HOST:PORT` and resolves with the port. For port 0, the system chooses one. */
  listen(address: string): Promise<number>;
  /** Uses this certificate for new connections. Open connections keep theirs. Does nothing if the server has no TLS. */
  useCertificate(tls: TlsPair): void;
  /**
   * Reports `NOT_SERVING`, sends a goodbye on every stream, waits for the commits in progress, and ends all
   * connections. Takes less than 10 s if the store answers.
   */
  drain(): Promise<void>;
  stats(): Stats;
  /** The connections that are open now, and those that were refused since the start. */
  connections(): ConnectionCounts;
  /** What the node has done since the start. */
  readonly counters: Counters;
  /** The rpc calls since the start. */
  readonly calls: CallCounters;
}

const NO_LOGGER: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** Creates a server. Throws `StoreUnavailable` if the log cannot be read. */
export async function createServer(options: ServerOptions): Promise<ChatServer> {
  const logger = options.logger ?? NO_LOGGER;
  const report = (err: unknown) => logger.error({ err }, "something went wrong");
  const status = new ServingStatus(logger);
  const node = await openNode(options, { logger, report, status });
  const calls = new CallCounters();
  const warn = (message: string) => logger.warn({}, message);

  const failed = (failure: CallFailure) => calls.failed(failure);
  const remoteAddresses = new RemoteAddresses();
  const grpc = createGrpcServer([chatInterceptor({ node, counters: calls, report, warn, direct: options.direct })]);
  const errors = errorMiddleware({ report, failed });
  grpc.with(errors).add(servedDefinition, chatService({ node, counters: calls }, remoteAddresses));
  grpc.with(errors).add(healthDefinition, healthService(status.state));
  await addReflection(grpc, errors);

  const { tls, proxyProtocol, stopwatch, maxConnections } = options;
  const addressLimit = new AddressLimit({
    max: options.maxConnectionsPerAddress ?? 0,
    clientOf: (peer) => remoteAddresses.of(peer),
    keyOf: rateLimitKey,
    logger,
    stopwatch: stopwatch ?? systemStopwatch,
  });
  const gate = new InboundGate({
    kinds: REQUEST_KINDS,
    failed,
    limits: options.inbound,
    addresses: addressLimit,
    stopwatch,
  });
  const parts = { gate, remoteAddresses, addressLimit, logger, tls, proxyProtocol, stopwatch, maxConnections };
  const listener = new Listener(grpc, parts);
  const drain = async () => {
    status.drain();
    await node.drain();
    listener.close();
    await shutDown(grpc, listener.sockets);
    await node.close();
  };
  let drained: Promise<void> | undefined;
  return {
    listen: (address) => listener.listen(address),
    useCertificate: (tls) => listener.useCertificate(tls),
    drain: () => {
      drained ??= drain();
      return drained;
    },
    stats: () => node.stats(),
    connections: () => listener.connections,
    counters: node.counters,
    calls,
  };
}

interface Reporting {
  readonly logger: Logger;
  readonly report: (error: unknown) => void;
  readonly status: ServingStatus;
}

function openNode(options: ServerOptions, { logger, report, status }: Reporting): Promise<ChatNode> {
  return ChatNode.open({
    engines: options.engines,
    encoder: new WireEncoder(readVersion()),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    retention: { ...DEFAULT_RETENTION, ...options.retention },
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    sizes: { ...DEFAULT_SIZES, ...options.sizes },
    loginFailures: options.loginFailures ?? DEFAULT_LOGIN_FAILURES,
    clock: options.clock ?? Date.now,
    stopwatch: options.stopwatch ?? systemStopwatch,
    report,
    warn: (message) => logger.warn({}, message),
    storeAnswers: (does) => status.storeAnswers(does),
  });
}
