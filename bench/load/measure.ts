import type { Bench } from "./bench.ts";
import type { Crowd } from "./crowd.ts";
import { secondsOfCores } from "./processor.ts";
import type { Server } from "./server.ts";

/** What a stretch of time cost and brought. */
export interface Measured {
  /** Messages accepted a second. */
  readonly acceptedPerSecond: number;
  /** Deliveries a second. */
  readonly deliveriesPerSecond: number;
  /** Processor time of the whole server process for each delivery, in microseconds. */
  readonly cpuPerDelivery: number;
  /** Deliveries for each second of processor time of the server. */
  readonly deliveriesPerCpuSecond: number;
  /** How many messages came in a response, on the average. */
  readonly messagesPerResponse: number;
  /** How much of its core the server used, in per cent. */
  readonly serverBusy: number;
  /** How much of its core the load used, in per cent: near 100 it is the load that is measured. */
  readonly loadBusy: number;
  /** How much of a core went to whatever else ran on the two cores, in per cent: much more than 0, and nothing is worth much. */
  readonly othersBusy: number;
}

/** Measures so many seconds of traffic that is already flowing, fewer once `goesOn` says no. Latencies seen before are forgotten. */
export async function measure(
  bench: Bench,
  server: Server,
  crowd: Crowd,
  seconds: number,
  goesOn?: () => boolean,
): Promise<Measured> {
  crowd.ledger.latency.clear();
  crowd.ledger.acceptance.clear();
  const before = {
    at: performance.now(),
    cpu: server.cpuSeconds(),
    cores: secondsOfCores(bench.cores),
    accepted: crowd.ledger.accepted,
    deliveries: crowd.ledger.deliveries,
    responses: crowd.ledger.responses,
  };
  const loadBefore = process.cpuUsage();
  await bench.pass(seconds, "measuring", goesOn);
  const elapsed = (performance.now() - before.at) / 1000;
  const cpu = server.cpuSeconds() - before.cpu;
  const deliveries = crowd.ledger.deliveries - before.deliveries;
  const { user, system } = process.cpuUsage(loadBefore);
  const load = (user + system) / 1e6;
  const others = secondsOfCores(bench.cores) - before.cores - cpu - load;
  return {
    acceptedPerSecond: (crowd.ledger.accepted - before.accepted) / elapsed,
    deliveriesPerSecond: deliveries / elapsed,
    cpuPerDelivery: (cpu / deliveries) * 1e6,
    deliveriesPerCpuSecond: deliveries / cpu,
    messagesPerResponse: deliveries / (crowd.ledger.responses - before.responses),
    serverBusy: (cpu / elapsed) * 100,
    loadBusy: (load / elapsed) * 100,
    othersBusy: Math.max(0, (others / elapsed) * 100),
  };
}
