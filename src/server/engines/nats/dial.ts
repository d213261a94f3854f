import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";

/** What is told of each socket that is opened on behalf of an attempt to connect. */
const opening = new AsyncLocalStorage<(socket: Socket) => void>();
subscribe("net.client.socket", (message) => opening.getStore()?.((message as { socket: Socket }).socket));

/**
 * One attempt of nats.js to connect, which leaves nothing behind where it fails or is given up. By itself nats.js leaves its socket
 * open when its time is over: where the other end takes connections and says nothing, one more would stay with each attempt.
 * Throws what went wrong, and at once when `signal` is aborted.
 */
export async function dial(options: NodeConnectionOptions, signal: AbortSignal): Promise<NatsConnection> {
  signal.throwIfAborted();
  const sockets: Socket[] = [];
  let isGivenUp = false;
  const keep = (socket: Socket) => {
    sockets.push(socket);
    // It could come to life again where it is destroyed before it has begun to connect.
    if (isGivenUp) setImmediate(() => socket.destroy());
  };
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  const attempt = opening.run(keep, () => connect(options));
  try {
    return await Promise.race([attempt, aborted]);
  } catch (error) {
    isGivenUp = true;
    for (const socket of sockets) socket.destroy();
    attempt.then(
      (connection) => connection.close(),
      () => {},
    );
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
