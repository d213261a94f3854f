import { readdirSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { ProcessFacts } from "./observed.ts";

/** How often Node.js measures the delay of the event loop. */
const RESOLUTION_MS = 20;
const QUANTILES = ["0.5", "0.99", "1"] as const;
const NS_PER_S = 1e9;

/** Measures this process from its construction until `stop`. */
export class ProcessMonitor {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delay.enable();
  }

  /** The current numbers. The delay of the event loop is the delay since the previous call. */
  read(): ProcessFacts {
    const { rss, heapUsed, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const loopDelay = this.#takeDelay();
    return {
      uptime: process.uptime(),
      cpu: (user + system) / 1e6,
      rss,
      heapUsed,
      external,
      openFiles: countOpenFiles(),
      resources: countResources(),
      loopBusy: performance.eventLoopUtilization().active / 1e3,
      loopDelay,
    };
  }

  /** Stops the measurement of the delay. */
  stop(): void {
    this.#delay.disable();
  }

  #takeDelay(): Map<string, number> {
    // Node.js reports the resolution as part of every delay (https://github.com/nodejs/node/issues/34661).
    const seconds = (ns: number) => Math.max(0, ns / NS_PER_S - RESOLUTION_MS / 1e3);
    const delay = this.#delay.count === 0 ? () => 0 : (q: string) => seconds(this.#delay.percentile(Number(q) * 100));
    const delays = new Map(QUANTILES.map((quantile) => [quantile, delay(quantile)]));
    this.#delay.reset();
    return delays;
  }
}

function countOpenFiles(): number | undefined {
  try {
    // Reading the folder opens one descriptor itself.
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
