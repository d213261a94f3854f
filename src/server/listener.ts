import type { Server as TlsServer } from "node:tls";
import type { Server as GrpcServer } from "nice-grpc";
import type { Logger } from "./common/logger.ts";
import { type Stopwatch, systemStopwatch } from "./common/stopwatch.ts";
import { credentialsFor, type TlsPair } from "./grpcServer.ts";
import { withLongBacklog } from "./net/backlog.ts";
import { captureListen } from "./net/captureListen.ts";
import { OpenSockets } from "./net/openSockets.ts";
import { OtherProtocols } from "./net/otherProtocols.ts";
import type { RemoteAddresses } from "./net/remoteAddresses.ts";
import type { InboundGate } from "./rpc/inbound/gate.ts";

/** The collaborators and options of a `Listener`. */
interface ListenerParts {
  readonly gate: InboundGate;
  readonly remoteAddresses: RemoteAddresses;
  readonly logger: Logger;
  readonly tls: TlsPair | undefined;
  readonly proxyProtocol: boolean | undefined;
  readonly stopwatch: Stopwatch | undefined;
}

/** Listens with a gRPC server, and reads the first bytes of each connection before grpc-js does. */
export class Listener {
  readonly sockets = new OpenSockets();
  readonly #grpc: GrpcServer;
  readonly #parts: ListenerParts;
  readonly #otherProtocols: OtherProtocols;
  readonly #tlsServers: TlsServer[] = [];

  constructor(grpc: GrpcServer, parts: ListenerParts) {
    const { logger, tls, stopwatch = systemStopwatch } = parts;
    this.#grpc = grpc;
    this.#parts = parts;
    this.#otherProtocols = new OtherProtocols({
      tls: tls !== undefined,
      log: (facts, message) => logger.info(facts, message),
      stopwatch,
    });
  }

  listen(address: string): Promise<number> {
    const { gate, remoteAddresses, tls, proxyProtocol } = this.#parts;
    return captureListen(
      () => withLongBacklog(() => this.#grpc.listen(address, credentialsFor(tls))),
      ({ server }) => {
        gate.listenAt(server);
        this.#otherProtocols.attach(server);
        this.sockets.track(server);
        // With TLS, grpc-js creates the server with `http2.createSecureServer`, whose result is a `tls.Server`.
        if (tls !== undefined) this.#tlsServers.push(server as TlsServer);
        // Attached last, because the last to attach reads first: the PROXY header precedes all other bytes.
        if (proxyProtocol) remoteAddresses.attach(server);
      },
    );
  }

  useCertificate({ cert, key }: TlsPair): void {
    for (const server of this.#tlsServers) server.setSecureContext({ cert, key });
  }

  /** Closes the connections that grpc-js has not seen yet. */
  close(): void {
    this.#parts.remoteAddresses.close();
    this.#otherProtocols.close();
  }
}
