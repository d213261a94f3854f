import type { Histogram } from "../common/histogram.ts";
import type { Observed } from "./observed.ts";

/** The values of a labelled metric, by label. */
export type ByLabel = Iterable<readonly [string, number]>;

interface About {
  /** Follows the conventions of Prometheus: the subject, the unit, and `_total` for a counter. */
  readonly name: string;
  /** What the metric measures, in one line. */
  readonly help: string;
  /** What the value means for the operator, and what to do if it is high. */
  readonly advice: string;
}

/** One metric: the single source for the scrape and for the docs. */
export type Metric = About &
  (
    | { readonly type: "gauge" | "counter"; readonly read: (observed: Observed) => number | undefined }
    | {
        readonly type: "gauge" | "counter";
        readonly label: string;
        readonly readEach: (observed: Observed) => ByLabel;
      }
    /** A metric for its labels alone: its one sample is always 1. */
    | { readonly type: "gauge"; readonly labels: Readonly<Record<string, (observed: Observed) => string>> }
    | {
        readonly type: "histogram";
        readonly histogram: (observed: Observed) => Histogram;
        /** The divisor that converts values to the unit in the name. */
        readonly scale: number;
      }
  );
