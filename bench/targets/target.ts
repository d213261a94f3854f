import type { Wire } from "../wires/wire.ts";

/** The system under test: one server, or a cluster of nodes with their engines. */
export interface Target {
  /** The addresses that clients connect to, in turn. */
  readonly addresses: readonly string[];
  readonly wire: Wire;
  /** The CPU time that all processes of the target have used, in seconds. */
  cpuSeconds(): number;
  /** The CPU time of each part, in seconds, by the name of the part. Only a cluster has parts. */
  cpuOfParts?(): Readonly<Record<string, number>>;
  /** Kills the target without a drain. */
  kill(): Promise<void>;
  /** Stops the target in an orderly way. */
  stop(): Promise<void>;
}
