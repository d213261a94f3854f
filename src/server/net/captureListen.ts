import { Server } from "node:net";
import { CallTap } from "./callTap.ts";

const LISTEN = new CallTap(Server.prototype, "listen");

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
  return LISTEN.capture(listen, (server, args) => show({ server, options: toOptions(args) }));
}

/**
 * Makes options the first argument of `listen`, so that `show` can change them. The caller may use its own again. Other
 * forms than `(options)` and `(port, host, backlog)` stay as they are.
 */
function toOptions(args: unknown[]): { backlog?: number } {
  const [first] = args;
  let options: { backlog?: number } = {};
  if (typeof first === "object" && first !== null) {
    options = { ...first };
    args[0] = options;
  } else if (typeof first === "number") {
    const end = args.findIndex((arg) => typeof arg === "function");
    const [port, host, backlog] = args.splice(0, end === -1 ? args.length : end);
    options = { port, host, backlog } as object;
    args.unshift(options);
  }
  return options;
}
