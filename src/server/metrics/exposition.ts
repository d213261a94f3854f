import type { Histogram } from "../common/histogram.ts";
import type { Metric } from "./metric.ts";
import type { Observed } from "./observed.ts";

/** The media type of what `expose` returns. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Formats metrics as Prometheus reads them: https://prometheus.io/docs/instrumenting/exposition_formats/ All values
 * come from `observed`. A metric that has no label is 0 if it has no value.
 */
export function expose(metrics: readonly Metric[], observed: Observed): string {
  const blocks = metrics.map((metric) => {
    const { name, help, type } = metric;
    return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...samplesOf(metric, observed)].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

function samplesOf(metric: Metric, observed: Observed): string[] {
  const { name } = metric;
  if (metric.type === "histogram") return bucketsOf(name, metric.histogram(observed), metric.scale);
  if ("labels" in metric) {
    const labels = Object.entries(metric.labels).map(([label, read]) => labelled(label, read(observed)));
    return [`${name}{${labels.join(",")}} 1`];
  }
  if (!("label" in metric)) return [`${name} ${numberOf(metric.read(observed) ?? 0)}`];
  return [...metric.readEach(observed)].map(
    ([value, count]) => `${name}{${labelled(metric.label, value)}} ${numberOf(count)}`,
  );
}

/** The buckets of Prometheus are cumulative: each one counts all values up to its bound. */
function bucketsOf(name: string, { bounds, counts, count, sum }: Histogram, scale: number): string[] {
  let total = 0;
  const buckets = bounds.map((bound, index) => {
    total += counts[index] ?? 0;
    return `${name}_bucket{le="${numberOf(bound / scale)}"} ${total}`;
  });
  return [
    ...buckets,
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${numberOf(sum / scale)}`,
    `${name}_count ${count}`,
  ];
}

function numberOf(value: number): string {
  return `${value}`.replace(/^(-?)Infinity$/, (_, sign) => `${sign || "+"}Inf`);
}

function labelled(label: string, value: string): string {
  return `${label}="${escapeLabel(value)}"`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
