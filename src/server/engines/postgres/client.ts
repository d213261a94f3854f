import pg from "pg";
import type { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { pauseTolerantTimeout } from "../shared/pauseTolerantTimeout.ts";

/** How long making a connection may take. */
const CONNECT_TIMEOUT_MS = 3_000;

/** The options of a `GuardedClient`: those of pg, and the breaker that all connections to a server share. */
export interface GuardedClientConfig extends pg.ClientConfig {
  readonly breaker: CircuitBreaker;
}

/**
 * A client of PostgreSQL that does not connect while the circuit breaker is open, and refuses a standby. Its connect
 * timeout does not count pauses of this process.
 */
export class GuardedClient extends pg.Client {
  readonly #breaker: CircuitBreaker;

  constructor({ breaker, ...config }: GuardedClientConfig) {
    // pg's own timeout would count a pause of this process.
    super({ ...config, connectionTimeoutMillis: 0 });
    this.#breaker = breaker;
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error | null) => void): void;
  /** The pool calls this with a callback, so no promise is returned. */
  override connect(callback: (error: Error | null) => void = () => {}): undefined | Promise<pg.Client> {
    const { openReason } = this.#breaker;
    if (openReason !== undefined) {
      process.nextTick(callback, openReason);
      return undefined;
    }
    const isStandby = watchForStandby(this);
    const connected = answerTimeout(this, CONNECT_TIMEOUT_MS);
    super.connect((failure: Error | null) => {
      connected();
      const error = failure ?? (isStandby() ? new Error("it is a standby, where nothing can be written") : null);
      if (error === null) this.#breaker.succeeded();
      else {
        this.#breaker.failed(error);
        // pg leaves the socket open if pg itself gives up, for example because it has no password.
        this.connection.stream.destroy();
      }
      callback(error);
    });
    return undefined;
  }
}

/**
 * Destroys the connection of a client after `timeoutMs`. Returns a function that cancels the timeout; call it when the
 * answer has arrived.
 */
export function answerTimeout({ connection }: Pick<pg.Client, "connection">, timeoutMs: number): () => void {
  // Reads `stream` only now, because pg replaces the stream while it negotiates TLS.
  return pauseTolerantTimeout(timeoutMs, () =>
    connection.stream.destroy(new Error(`PostgreSQL did not answer within ${timeoutMs} ms`)),
  );
}

/**
 * Call this before connecting. PostgreSQL reports `in_hot_standby` on every connection. A standby accepts no writes,
 * and may have older data than this node has seen.
 */
function watchForStandby({ connection }: pg.Client): () => boolean {
  let isStandby = false;
  connection.on("parameterStatus", ({ parameterName, parameterValue }: Record<string, string>) => {
    if (parameterName === "in_hot_standby") isStandby = parameterValue === "on";
  });
  return () => isStandby;
}
