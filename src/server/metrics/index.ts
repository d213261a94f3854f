import { VERSION } from "../process/version.ts";
import { MetricsEndpoint } from "./endpoint.ts";
import type { Observed } from "./observed.ts";
import { ProcessWatch } from "./process.ts";
import { MetricsText } from "./registry.ts";

export type { BusFacts } from "./observed.ts";

/** What the metrics are read from, beside the process. */
export interface MetricsParts {
  /** Called once a scrape. */
  readonly room: () => Pick<Observed, "stats" | "counters" | "calls" | "hashes" | "bus">;
  /** Something went wrong that the operator wants to know. */
  readonly report: (error: unknown) => void;
}

/** A server's metrics while they are served. */
export interface ServedMetrics {
  /** `HOST:PORT`, with the port that the system chose for 0. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves a room's metrics on `HOST:PORT`. Throws an error for people where that address cannot be had. */
export async function serveMetrics(address: string, { room, report }: MetricsParts): Promise<ServedMetrics> {
  const watch = new ProcessWatch();
  const text = new MetricsText(() => ({ ...room(), version: VERSION, process: watch.look() }));
  const endpoint = new MetricsEndpoint(text, report);
  try {
    const port = await endpoint.listen(address);
    return {
      address: `${address.slice(0, address.lastIndexOf(":"))}:${port}`,
      async close() {
        await endpoint.close();
        watch.stop();
      },
    };
  } catch (error) {
    watch.stop();
    throw error;
  }
}
