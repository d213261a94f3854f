import type { Figures } from "../scenario.ts";
import type { Bench } from "./bench.ts";
import type { Crowd } from "./crowd.ts";
import { secondsOfCores } from "./processor.ts";
import type { Target } from "./target.ts";

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

/**
 * Measures so many seconds of traffic that is already flowing, fewer once `goesOn` says no. Latencies seen before are forgotten. Of each
 * part of the target, where it has any, there are `PARTPerMessage` and `PARTPerDelivery`, its processor time in microseconds, and
 * `PARTBusy`, how much of a core that was, in per cent.
 */
export async function measure(
  bench: Bench,
  target: Target,
  crowd: Crowd,
  seconds: number,
  goesOn?: () => boolean,
): Promise<Measured & Figures> {
  crowd.ledger.latency.clear();
  crowd.ledger.acceptance.clear();
  const before = {
    at: performance.now(),
    cpu: target.cpuSeconds(),
    parts: target.cpuOfParts?.() ?? {},
    cores: secondsOfCores(bench.cores),
    accepted: crowd.ledger.accepted,
    deliveries: crowd.ledger.deliveries,
    responses: crowd.ledger.responses,
  };
  const loadBefore = process.cpuUsage();
  await bench.pass(seconds, "measuring", goesOn);
  const elapsed = (performance.now() - before.at) / 1000;
  const cpu = target.cpuSeconds() - before.cpu;
  const parts = Object.entries(target.cpuOfParts?.() ?? {});
  const accepted = crowd.ledger.accepted - before.accepted;
  const deliveries = crowd.ledger.deliveries - before.deliveries;
  const { user, system } = process.cpuUsage(loadBefore);
  const load = (user + system) / 1e6;
  const others = secondsOfCores(bench.cores) - before.cores - cpu - load;
  const costs = parts.flatMap(([part, seconds]) => {
    const used = seconds - (before.parts[part] ?? 0);
    return [
      [`${part}PerMessage`, (used / accepted) * 1e6] as const,
      [`${part}PerDelivery`, (used / deliveries) * 1e6] as const,
      [`${part}Busy`, (used / elapsed) * 100] as const,
    ];
  });
  return {
    ...Object.fromEntries(costs),
    acceptedPerSecond: accepted / elapsed,
    deliveriesPerSecond: deliveries / elapsed,
    cpuPerDelivery: (cpu / deliveries) * 1e6,
    deliveriesPerCpuSecond: deliveries / cpu,
    messagesPerResponse: deliveries / (crowd.ledger.responses - before.responses),
    serverBusy: (cpu / elapsed) * 100,
    loadBusy: (load / elapsed) * 100,
    othersBusy: Math.max(0, (others / elapsed) * 100),
  };
}
