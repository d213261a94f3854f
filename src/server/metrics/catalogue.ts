import { busMetrics } from "./busMetrics.ts";
import type { Metric } from "./metric.ts";
import { nodeMetrics } from "./nodeMetrics.ts";
import { processMetrics } from "./processMetrics.ts";

/** All metrics, in the order of a scrape. docs/metrics.md explains them. */
export const catalogue: readonly Metric[] = [...nodeMetrics, ...busMetrics, ...processMetrics];
