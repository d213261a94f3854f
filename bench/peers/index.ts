import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { grpcWire } from "../wires/grpc/index.ts";
import { natsWire } from "../wires/nats/index.ts";
import { socketIoWire } from "../wires/websocket/socketIo.ts";
import { wsWire } from "../wires/websocket/ws.ts";
import type { Wire } from "../wires/wire.ts";

/** A server that is measured. It listens on a free port of 127.0.0.1, says so on standard error, and ends on SIGTERM. */
export interface Peer {
  /** The program that is run; Node where unset. */
  readonly program?: string;
  /** Its arguments; a server that stores something does it in that folder. */
  readonly args: (folder: string) => string[];
  /** Where it listens, if it is this line that says so. Default: a JSON line with `msg` "listening" and `address`. */
  readonly addressIn?: (line: string) => string | undefined;
  /** How the load speaks to it. */
  readonly wire: Wire;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const room = ["--messages-per-second", "0", "--burst", "0", "--log-level", "info"];

/** Obrolan, and what it is compared with. */
export const peers = {
  obrolan: {
    args: (folder) => [here("../../bin/obrolan.js"), "serve", "--listen", "127.0.0.1:0", "--data", folder, ...room],
    wire: grpcWire,
  },
  "plain-nice-grpc": { args: () => [here("plain-nice-grpc/main.ts")], wire: grpcWire },
  "raw-http2": { args: () => [here("raw-http2/main.ts")], wire: grpcWire },
  "socket-io": { args: () => [here("socket-io/main.ts")], wire: socketIoWire },
  ws: { args: () => [here("ws/main.ts")], wire: wsWire },
  nats: {
    program: "nats-server",
    args: () => ["--addr", "127.0.0.1", "--port", "-1"],
    addressIn: (line) => /Listening for client connections on (\S+)$/.exec(line)?.[1],
    wire: natsWire,
  },
} satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;

/** All of them, in the order of the tables. */
export const peerNames = Object.keys(peers) as readonly PeerName[];

/** Which of the runs of those names cannot be done as this machine does not have the program, and which program. */
export function missingPrograms(names: readonly string[]): Record<string, string> {
  const missing = names.flatMap((name) => {
    const { program } = (peers as Record<string, Peer>)[name] ?? {};
    if (program === undefined || spawnSync(program, ["--version"]).error === undefined) return [];
    return [[name, program] as const];
  });
  return Object.fromEntries(missing);
}
