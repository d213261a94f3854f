import type { Wire } from "../wires/wire.ts";

/** What clients are let loose on: a server, or several that are one room. */
export interface Target {
  /** Where it listens: a client on each in turn. */
  readonly addresses: readonly string[];
  readonly wire: Wire;
  /** The processor time that all of it has used, in seconds. */
  cpuSeconds(): number;
  /** The same of each of its parts, where there are any. */
  cpuOfParts?(): Readonly<Record<string, number>>;
  /** Ends it at once, where nobody wants to wait for what it still has to do. */
  kill(): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}
