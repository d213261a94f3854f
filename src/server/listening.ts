import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:net";

/** https://nodejs.org/api/diagnostics_channel.html#built-in-channels, under "TCP Socket" */
const LISTENING = "tracing:net.server.listen:asyncStart";

/** What is about to listen. */
export interface Listening {
  readonly server: Server;
  readonly options: { backlog?: number };
}

/** Shows what listens meanwhile before it does: grpc-js makes its `net.Server` out of sight. */
export async function whileListening<T>(listen: () => Promise<T>, show: (what: Listening) => void): Promise<T> {
  const look = (message: unknown) => {
    const { server, options } = message as Partial<Listening>;
    if (server !== undefined && options !== undefined) show({ server, options });
  };
  subscribe(LISTENING, look);
  try {
    return await listen();
  } finally {
    unsubscribe(LISTENING, look);
  }
}
