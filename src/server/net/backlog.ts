import { captureListen } from "./captureListen.ts";

/**
 * Connections that the system keeps until they are accepted; it may allow fewer (net.core.somaxconn, 4,096 by default on Linux).
 * Node's default is 511. A server whose thousands of clients lose it come back within a second, and each that finds the line full
 * waits for TCP to try again, after 1 s, 3 s, 7 s and so on: 5,000 clients took 110 s.
 */
const BACKLOG = 4_096;

/** Has what listens meanwhile do it with a longer backlog. grpc-js has no option for it. */
export function withLongBacklog<T>(listen: () => Promise<T>): Promise<T> {
  return captureListen(listen, ({ options }) => {
    options.backlog ??= BACKLOG;
  });
}
