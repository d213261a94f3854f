import type { Histogram } from "../common/histogram.ts";
import type { Observed } from "./observed.ts";

/** Numbers of one metric, by what its label says. */
export type ByLabel = Iterable<readonly [string, number]>;

interface About {
  /** By Prometheus's conventions: what it is, its unit, and `_total` where it only grows. */
  readonly name: string;
  /** What it is, in one line. */
  readonly help: string;
  /** What it tells, and what to do when it is high. */
  readonly advice: string;
}

/** One metric: everything that the scrape, and the docs, say of it. */
export type Metric = About &
  (
    | { readonly type: "gauge" | "counter"; readonly read: (observed: Observed) => number | undefined }
    | {
        readonly type: "gauge" | "counter";
        readonly label: string;
        readonly readEach: (observed: Observed) => ByLabel;
      }
    | {
        readonly type: "histogram";
        readonly distribution: (observed: Observed) => Histogram;
        /** What to divide its values by, so that they are in the unit of its name. */
        readonly scale: number;
      }
  );
