import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { grpcWire } from "../wires/grpc/index.ts";
import { natsWire } from "../wires/nats/index.ts";
import { socketIoWire } from "../wires/websocket/socketIo.ts";
import { wsWire } from "../wires/websocket/ws.ts";
import type { Wire } from "../wires/wire.ts";

/**
 * How to run a server. It listens on a free port of 127.0.0.1, prints its address on standard error, and ends on
 * SIGTERM.
 */
export interface Peer {
  /** The program to run. Default: Node. */
  readonly program?: string;
  /** The arguments of the program. A server that stores messages puts them into `folder`. */
  readonly args: (folder: string) => string[];
  /**
   * The address in a line of its log, if the line has it. Default: a JSON line with `msg` "listening" and `address`.
   */
  readonly addressIn?: (line: string) => string | undefined;
  /** The protocol that its clients speak. */
  readonly wire: Wire;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const withoutLimits = ["--messages-per-second", "0", "--burst", "0", "--max-connections", "0", "--log-level", "info"];

/** Bun as npm has installed it for this machine; otherwise the one on the path. */
function bunProgram(): string {
  try {
    const packages = here("../../node_modules/@oven");
    const [name] = readdirSync(packages).filter((each) => each.startsWith("bun-"));
    return name === undefined ? "bun" : `${packages}/${name}/bin/bun`;
  } catch {
    return "bun";
  }
}

/** The nats-server that `go install` built, which is the newest one; otherwise the one on the path. */
function natsProgram(): string {
  const built = join(process.env.GOBIN ?? join(process.env.GOPATH ?? join(homedir(), "go"), "bin"), "nats-server");
  return existsSync(built) ? built : "nats-server";
}

const obrolan = (...more: string[]): Peer => ({
  args: (folder) => [
    here("../../bin/obrolan.js"),
    ...["serve", "--listen", "127.0.0.1:0", "--data", folder],
    ...withoutLimits,
    ...more,
  ],
  wire: grpcWire,
});

/** Obrolan and the servers that it is compared with, in the order of the tables. */
export const peers = {
  obrolan: obrolan(),
  "obrolan-bun": obrolan("--runtime", "bun"),
  "plain-nice-grpc": { args: () => [here("plain-nice-grpc/main.ts")], wire: grpcWire },
  "raw-http2": { args: () => [here("raw-http2/main.ts")], wire: grpcWire },
  "socket-io": { args: () => [here("socket-io/main.ts")], wire: socketIoWire },
  ws: { args: () => [here("ws/main.ts")], wire: wsWire },
  "bun-ws": { program: bunProgram(), args: () => [here("bun-ws/main.ts")], wire: wsWire },
  nats: {
    program: natsProgram(),
    args: () => ["--addr", "127.0.0.1", "--port", "-1"],
    addressIn: (line) => /Listening for client connections on (\S+)$/.exec(line)?.[1],
    wire: natsWire,
  },
} satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;

/** The names of Obrolan and its peers, in the order of the tables. */
export const peerNames = Object.keys(peers) as readonly PeerName[];

/** The runs whose peer is not installed on this machine, each with the missing program. */
export function missingPrograms(names: readonly string[]): Record<string, string> {
  const missing = names.flatMap((name) => {
    const { program } = (peers as Record<string, Peer>)[name] ?? {};
    if (program === undefined || spawnSync(program, ["--version"]).error === undefined) return [];
    return [[name, program] as const];
  });
  return Object.fromEntries(missing);
}

/** The versions of the programs that the peers run on, apart from Node. A missing program is left out. */
export function peerVersions(): string[] {
  const programs = { Bun: peers["bun-ws"].program, NATS: peers.nats.program };
  return Object.entries(programs).flatMap(([name, program]) => {
    const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
    const [version] = /\d+\.\d+\.\d+/.exec(stdout ?? "") ?? [];
    return version === undefined ? [] : [`${name} ${version}`];
  });
}
