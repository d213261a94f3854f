import type { Server } from "node:net";
import { captureChannel } from "./captureChannel.ts";

/** https://nodejs.org/api/diagnostics_channel.html#built-in-channels, under "TCP Socket" */
const LISTENING = "tracing:net.server.listen:asyncStart";

/** A server that is about to listen. */
export interface Listening {
  readonly server: Server;
  readonly options: { backlog?: number };
}

/**
 * Runs `listen`, and calls `show` for each server that `listen` starts, before that server listens. Needed because
 * grpc-js hides its `net.Server`.
 */
export function captureListen<T>(listen: () => Promise<T>, show: (listening: Listening) => void): Promise<T> {
  return captureChannel(LISTENING, listen, (message) => {
    const { server, options } = message as Partial<Listening>;
    if (server !== undefined && options !== undefined) show({ server, options });
  });
}
