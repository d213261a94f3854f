import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:net";

/** https://nodejs.org/api/diagnostics_channel.html#built-in-channels, under "TCP Socket" */
const LISTENING = "tracing:net.server.listen:asyncStart";

/** A server that is about to listen. */
export interface Listening {
  readonly server: Server;
  readonly options: { backlog?: number };
}

/**
 * The calls of `captureListen` that led to the current code. Several servers of a process may begin to listen at the
 * same time, so a wrapper around `net.Server.prototype.listen` would need this as well.
 */
const captures = new AsyncLocalStorage<readonly symbol[]>();
let activeCaptures = 0;

/**
 * Calls `capture` with each server that begins to listen because of `listen`, before it does. grpc-js creates its
 * `net.Server` itself and has no option that returns it.
 */
export async function captureListen<T>(listen: () => Promise<T>, capture: (what: Listening) => void): Promise<T> {
  const id = Symbol();
  const onListening = (message: unknown) => {
    const { server, options } = message as Partial<Listening>;
    if (server !== undefined && options !== undefined && captures.getStore()?.includes(id))
      capture({ server, options });
  };
  subscribe(LISTENING, onListening);
  activeCaptures += 1;
  try {
    return await captures.run([...(captures.getStore() ?? []), id], listen);
  } finally {
    unsubscribe(LISTENING, onListening);
    activeCaptures -= 1;
    // On Node.js 22, an active AsyncLocalStorage makes every promise of the process slower.
    if (activeCaptures === 0) captures.disable();
  }
}
