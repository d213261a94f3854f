import { Counter, Gauge, type Metric as PromMetric, Registry } from "prom-client";
import type { Histogram } from "../common/histogram.ts";
import { catalogue } from "./catalogue.ts";
import type { Metric } from "./metric.ts";
import type { Observed } from "./observed.ts";

/** The metrics as Prometheus reads them. Nothing is counted here: every number is read when it is asked for. */
export class MetricsText {
  readonly #registry = new Registry();
  readonly #look: () => Observed;
  #observed: Observed;

  /** `look` is called once a scrape, so that all numbers are of one moment. */
  constructor(look: () => Observed) {
    this.#look = look;
    this.#observed = look();
    for (const metric of catalogue) this.#register(metric);
  }

  /** The media type of the text. */
  get type(): string {
    return this.#registry.contentType;
  }

  /** All metrics, as they are now. */
  async now(): Promise<string> {
    this.#observed = this.#look();
    return this.#registry.metrics();
  }

  #register(metric: Metric): void {
    if (metric.type === "histogram") {
      this.#registry.registerMetric(histogram(metric, () => metric.distribution(this.#observed)));
      return;
    }
    const { name, help, type } = metric;
    const samples = () => samplesOf(metric, this.#observed);
    const labelNames = "label" in metric ? [metric.label] : [];
    const registers = [this.#registry];
    if (type === "gauge") {
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          for (const [labels, value] of samples()) this.set(labels, value);
        },
      });
    } else {
      new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          for (const [labels, value] of samples()) this.inc(labels, value);
        },
      });
    }
  }
}

type Sample = readonly [Record<string, string>, number];

function samplesOf(metric: Exclude<Metric, { type: "histogram" }>, observed: Observed): Sample[] {
  if ("label" in metric)
    return [...metric.readEach(observed)].map(([word, value]) => [{ [metric.label]: word }, value]);
  const value = metric.read(observed);
  return value === undefined ? [] : [[{}, value]];
}

/**
 * A histogram that was counted elsewhere. prom-client's own has to be told of each value, which costs more than a response may; of
 * what it has registered it asks nothing but `get()`.
 */
function histogram({ name, help, scale }: { name: string; help: string; scale: number }, read: () => Histogram) {
  const get = async () => {
    const { bounds, counts, count, sum } = read();
    let below = 0;
    const buckets = bounds.map((bound, place) => {
      below += counts[place] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le: bound / scale }, value: below };
    });
    const values = [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { le: "+Inf" }, value: count },
      { metricName: `${name}_sum`, labels: {}, value: sum / scale },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    return { name, help, type: "histogram", values, aggregator: "sum" };
  };
  return { name, get } as unknown as PromMetric;
}
