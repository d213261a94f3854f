import { captureListen } from "./captureListen.ts";

/**
 * The number of connections that the system queues until the server accepts them. The default of Node.js is 511. The
 * system may allow fewer (net.core.somaxconn, 4,096 by default on Linux). After a restart, thousands of clients connect
 * within a second. A client that finds the queue full waits for TCP to try again, after 1 s, 3 s, 7 s and so on: with
 * 511, 5,000 clients took 110 s.
 */
const BACKLOG = 4_096;

/** Sets a longer backlog for each server that begins to listen because of `listen`. grpc-js has no option for it. */
export function withLongBacklog<T>(listen: () => Promise<T>): Promise<T> {
  return captureListen(listen, ({ options }) => {
    options.backlog ??= BACKLOG;
  });
}
