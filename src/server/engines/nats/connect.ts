import { Socket } from "node:net";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { CallTap } from "../../net/callTap.ts";

const CONNECT = new CallTap(Socket.prototype, "connect");

/**
 * Makes one attempt to connect with nats.js. Throws if the attempt fails, and at once when `signal` is aborted.
 *
 * Destroys the sockets of a failed attempt, because nats.js leaves its socket open after a timeout: each attempt on a
 * server that accepts connections but does not answer would leak a socket.
 */
export async function connectOnce(options: NodeConnectionOptions, signal: AbortSignal): Promise<NatsConnection> {
  signal.throwIfAborted();
  const sockets: Socket[] = [];
  let hasFailed = false;
  const keep = (socket: Socket) => {
    sockets.push(socket);
    // Destroyed later, because a socket that is destroyed before it begins to connect would connect nevertheless.
    if (hasFailed) setImmediate(() => socket.destroy());
  };
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  const attempt = CONNECT.capture(() => connect(options), keep);
  try {
    return await Promise.race([attempt, aborted]);
  } catch (error) {
    hasFailed = true;
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
