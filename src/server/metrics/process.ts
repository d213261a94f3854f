import { readdirSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { ProcessFacts } from "./observed.ts";

/** How often the event loop's delay is measured, in milliseconds. */
const RESOLUTION = 20;
const QUANTILES = ["0.5", "0.99", "1"] as const;
const NS = 1e9;

/** Watches this process, from its making until `stop`. */
export class ProcessWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });

  constructor() {
    this.#delay.enable();
  }

  /** What it is like now; the delay of the event loop is that since the last look. */
  look(): ProcessFacts {
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

  /** Watches no more. */
  stop(): void {
    this.#delay.disable();
  }

  #takeDelay(): Map<string, number> {
    // Node measures from one look to the next, the time between them included (https://github.com/nodejs/node/issues/34661).
    const late = (ns: number) => Math.max(0, ns / NS - RESOLUTION / 1e3);
    const delay = this.#delay.count === 0 ? () => 0 : (q: string) => late(this.#delay.percentile(Number(q) * 100));
    const delays = new Map(QUANTILES.map((quantile) => [quantile, delay(quantile)]));
    this.#delay.reset();
    return delays;
  }
}

function countOpenFiles(): number | undefined {
  try {
    // One of them is that of this very look.
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
