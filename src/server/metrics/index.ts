import { formatAddress, parseAddress } from "../../shared/address.ts";
import { currentRuntime } from "../../shared/runtime.ts";
import { readVersion } from "../../shared/version.ts";
import { catalogue } from "./catalogue.ts";
import { MetricsEndpoint } from "./endpoint.ts";
import { expose } from "./exposition.ts";
import type { Observed } from "./observed.ts";
import { ProcessMonitor } from "./process.ts";

export type { BusFacts } from "./observed.ts";

/** The sources of the metrics, besides the process. */
export interface MetricsSources {
  /** Called once per scrape, so that all numbers are of one moment. */
  readonly node: () => Pick<Observed, "stats" | "connections" | "counters" | "calls" | "hashes" | "bus">;
  /** Called with each error that keeps a scrape from being answered. */
  readonly report: (error: unknown) => void;
}

/** A running metrics endpoint. */
export interface MetricsServer {
  /** `HOST:PORT`. If the requested port was 0, this is the one that the system chose. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the metrics of a node on `HOST:PORT`. Throws the error of `listen` if that fails. */
export async function serveMetrics(address: string, { node, report }: MetricsSources): Promise<MetricsServer> {
  const [version, runtime] = [readVersion(), currentRuntime()];
  const monitor = new ProcessMonitor();
  const render = () => expose(catalogue, { ...node(), version, runtime, process: monitor.read() });
  const endpoint = new MetricsEndpoint(render, report);
  try {
    const port = await endpoint.listen(address);
    return {
      address: formatAddress({ host: parseAddress(address)?.host ?? "", port }),
      async close() {
        await endpoint.close();
        monitor.stop();
      },
    };
  } catch (error) {
    monitor.stop();
    throw error;
  }
}
