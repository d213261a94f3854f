import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:net";

/** https://nodejs.org/api/diagnostics_channel.html#built-in-channels, under "TCP Socket" */
const LISTENING = "tracing:net.server.listen:asyncStart";

/** What is about to listen. */
export interface Listening {
  readonly server: Server;
  readonly options: { backlog?: number };
}

/** Who looks, and has caused what goes on: several servers may begin to listen in a process at the same time. */
const looking = new AsyncLocalStorage<readonly symbol[]>();
let lookers = 0;

/** Shows what `listen` causes to listen, before it does: grpc-js makes its `net.Server` out of sight. */
export async function captureListen<T>(listen: () => Promise<T>, show: (what: Listening) => void): Promise<T> {
  const mine = Symbol();
  const look = (message: unknown) => {
    const { server, options } = message as Partial<Listening>;
    if (server !== undefined && options !== undefined && looking.getStore()?.includes(mine)) show({ server, options });
  };
  subscribe(LISTENING, look);
  lookers += 1;
  try {
    return await looking.run([...(looking.getStore() ?? []), mine], listen);
  } finally {
    unsubscribe(LISTENING, look);
    lookers -= 1;
    // Node 22 has every promise of the process pay for it for as long as it is in use.
    if (lookers === 0) looking.disable();
  }
}
