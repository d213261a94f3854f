import { busMetrics } from "../src/server/metrics/busMetrics.ts";
import type { Metric } from "../src/server/metrics/metric.ts";
import { nodeMetrics } from "../src/server/metrics/nodeMetrics.ts";
import { processMetrics } from "../src/server/metrics/processMetrics.ts";

/** Makes docs/metrics.md, the page of all metrics. */
export function metricsDocs(): string {
  return `# Metrics

Generated from the tables in \`src/server/metrics\` by \`npm run generate\`. Change the tables, not this page.

With \`--metrics-listen HOST:PORT\`, the server exposes these metrics at \`http://HOST:PORT/metrics\` in the format of
Prometheus ([operations](operations.md#metrics)). Counters start at 0 when the process starts. Times are in seconds,
sizes in bytes. A histogram \`NAME\` appears as \`NAME_bucket\`, \`NAME_sum\` and \`NAME_count\`.

## The room

${table(nodeMetrics)}

## Between servers

${table(busMetrics)}

## The process

${table(processMetrics)}
`;
}

function table(metrics: readonly Metric[]): string {
  const heads = ["metric", "type", "meaning", "what to do"];
  const rows = metrics.map((metric) => [nameOf(metric), metric.type, metric.help, metric.advice]);
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function nameOf(metric: Metric): string {
  if ("labels" in metric) return `\`${metric.name}{${Object.keys(metric.labels).join(",")}}\``;
  return "label" in metric ? `\`${metric.name}{${metric.label}}\`` : `\`${metric.name}\``;
}
