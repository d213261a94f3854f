import { busMetrics } from "./busMetrics.ts";
import type { Metric } from "./metric.ts";
import { nodeMetrics } from "./nodeMetrics.ts";
import { processMetrics } from "./processMetrics.ts";

/** All metrics: what a scrape gives, and docs/metrics.md explains. */
export const catalogue: readonly Metric[] = [...nodeMetrics, ...busMetrics, ...processMetrics];
