import { cpuSecondsOfCores } from "../machine/cpuTime.ts";
import type { Figures } from "../model/figures.ts";
import type { Target } from "../targets/target.ts";
import type { Bench } from "./bench.ts";
import type { VirtualUsers } from "./virtualUsers.ts";

/** Rates and costs during one measurement. */
export interface Measured {
  /** Messages accepted per second. */
  readonly acceptedPerSecond: number;
  /** Deliveries per second. */
  readonly deliveriesPerSecond: number;
  /** CPU time of the whole server process per delivery, in microseconds. */
  readonly cpuPerDelivery: number;
  /** Deliveries per second of the server's CPU time. */
  readonly deliveriesPerCpuSecond: number;
  /** The mean number of messages in a response. */
  readonly messagesPerResponse: number;
  /** How much of a core the server used, in percent. */
  readonly serverBusy: number;
  /** How much of a core the load used, in percent. Near 100, the load is the bottleneck and not the server. */
  readonly loadBusy: number;
  /**
   * How much of a core other programs used, on the cores of the server and the load, in percent. From `QUIET_PERCENT`
   * on, the figures are unreliable.
   */
  readonly othersBusy: number;
}

/**
 * Measures traffic that is already flowing, for this many seconds or until `shouldContinue` returns false. It clears
 * the latencies recorded so far. For each part of the target, if it has parts, the result also has `PARTPerMessage` and
 * `PARTPerDelivery` (CPU time in microseconds) and `PARTBusy` (percent of a core).
 */
export async function measure(
  bench: Bench,
  target: Target,
  users: VirtualUsers,
  seconds: number,
  shouldContinue?: () => boolean,
): Promise<Measured & Figures> {
  users.recorder.latency.clear();
  users.recorder.acceptLatency.clear();
  const before = {
    at: performance.now(),
    cpu: target.cpuSeconds(),
    parts: target.cpuOfParts?.() ?? {},
    cores: cpuSecondsOfCores(bench.cores),
    accepted: users.recorder.accepted,
    deliveries: users.recorder.deliveries,
    responses: users.recorder.responses,
  };
  const loadBefore = process.cpuUsage();
  await bench.runFor(seconds, "measuring", shouldContinue);
  const elapsed = (performance.now() - before.at) / 1000;
  const cpu = target.cpuSeconds() - before.cpu;
  const parts = Object.entries(target.cpuOfParts?.() ?? {});
  const accepted = users.recorder.accepted - before.accepted;
  const deliveries = users.recorder.deliveries - before.deliveries;
  const { user, system } = process.cpuUsage(loadBefore);
  const load = (user + system) / 1e6;
  const others = cpuSecondsOfCores(bench.cores) - before.cores - cpu - load;
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
    messagesPerResponse: deliveries / (users.recorder.responses - before.responses),
    serverBusy: (cpu / elapsed) * 100,
    loadBusy: (load / elapsed) * 100,
    othersBusy: Math.max(0, (others / elapsed) * 100),
  };
}
