import { busMetrics } from "../src/server/metrics/busMetrics.ts";
import type { Metric } from "../src/server/metrics/metric.ts";
import { processMetrics } from "../src/server/metrics/processMetrics.ts";
import { roomMetrics } from "../src/server/metrics/roomMetrics.ts";

/** The page of all metrics, in Markdown. */
export function metricsDocs(): string {
  return `# Metrics

Generated from the tables in \`src/server/metrics\` by \`npm run generate\`: change it there.

\`--metrics-listen HOST:PORT\` shows them at \`http://HOST:PORT/metrics\`, as Prometheus reads them
([operations](operations.md#metrics)). All that only grows does so since the start of the process; times are in seconds, sizes in bytes.
A histogram \`NAME\` comes as \`NAME_bucket\`, \`NAME_sum\` and \`NAME_count\`.

## The room

${table(roomMetrics)}

## Between servers

${table(busMetrics)}

## The process

${table(processMetrics)}
`;
}

function table(metrics: readonly Metric[]): string {
  const heads = ["metric", "type", "what it is", "what it tells, and what to do"];
  const rows = metrics.map((metric) => [nameOf(metric), metric.type, metric.help, metric.advice]);
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function nameOf(metric: Metric): string {
  return "label" in metric ? `\`${metric.name}{${metric.label}}\`` : `\`${metric.name}\``;
}
