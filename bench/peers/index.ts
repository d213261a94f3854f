import { fileURLToPath } from "node:url";
import { grpcWire } from "../load/wires/grpc/index.ts";
import type { Wire } from "../load/wires/wire.ts";

/**
 * A server that is measured. It listens on a free port of 127.0.0.1, says so on standard error as a JSON line with `msg`
 * "listening" and `address`, and ends on SIGTERM.
 */
export interface Peer {
  /** What Node runs, and its arguments; a server that stores something does it in that folder. */
  readonly command: (folder: string) => string[];
  /** How the load speaks to it. */
  readonly wire: Wire;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const room = ["--messages-per-second", "0", "--burst", "0", "--log-level", "info"];

/** Obrolan, and what it is compared with. */
export const peers = {
  obrolan: {
    command: (folder) => [here("../../bin/obrolan.js"), "serve", "--listen", "127.0.0.1:0", "--data", folder, ...room],
    wire: grpcWire,
  },
  "plain-nice-grpc": { command: () => [here("plain-nice-grpc/main.ts")], wire: grpcWire },
} satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;
