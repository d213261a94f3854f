import { expect } from "chai";
import { Histogram } from "../../src/server/common/histogram.ts";
import { CONTENT_TYPE, expose } from "../../src/server/metrics/exposition.ts";
import type { Metric } from "../../src/server/metrics/metric.ts";
import type { Observed } from "../../src/server/metrics/observed.ts";

const ABOUT = { help: "A metric.", advice: "Nothing." };

/** The text of metrics that read nothing from the server. */
function textOf(...metrics: Metric[]): string {
  return expose(metrics, {} as Observed);
}

describe("expose", () => {
  it("the text has a HELP line, a TYPE line and a sample for each metric, with an empty line between metrics", () => {
    const text = textOf(
      { ...ABOUT, name: "a", type: "gauge", read: () => 1.5 },
      { ...ABOUT, name: "b_total", type: "counter", read: () => 1e21 },
    );
    expect(text).to.equal(
      "# HELP a A metric.\n# TYPE a gauge\na 1.5\n\n# HELP b_total A metric.\n# TYPE b_total counter\nb_total 1e+21\n",
    );
    expect(CONTENT_TYPE).to.equal("text/plain; version=0.0.4; charset=utf-8");
  });

  it("a labelled metric has one sample per value of its label, and only HELP and TYPE if it has no value", () => {
    const readEach = () => [["left", 2] as const, ["stalled", 0] as const];
    expect(textOf({ ...ABOUT, name: "a", type: "counter", label: "reason", readEach })).to.equal(
      '# HELP a A metric.\n# TYPE a counter\na{reason="left"} 2\na{reason="stalled"} 0\n',
    );
    expect(textOf({ ...ABOUT, name: "a", type: "gauge", label: "reason", readEach: () => [] })).to.equal(
      "# HELP a A metric.\n# TYPE a gauge\n",
    );
  });

  it("a metric without a label and without a value is 0", () => {
    expect(textOf({ ...ABOUT, name: "a", type: "gauge", read: () => undefined })).to.match(/\na 0\n$/);
  });

  it("a metric for its labels alone has one sample with all of them, whose value is 1", () => {
    const labels = { version: () => "1.2.3", runtime: () => 'a"b' };
    expect(textOf({ ...ABOUT, name: "a_info", type: "gauge", labels })).to.match(
      /\na_info\{version="1\.2\.3",runtime="a\\"b"\} 1\n$/,
    );
  });

  it("label values escape backslashes, line feeds and quotes; help texts escape backslashes and line feeds", () => {
    const readEach = () => [['a"b\\c\nd', 1] as const];
    expect(textOf({ ...ABOUT, help: '"\\\n', name: "a", type: "gauge", label: "l", readEach })).to.equal(
      '# HELP a "\\\\\\n\n# TYPE a gauge\na{l="a\\"b\\\\c\\nd"} 1\n',
    );
  });

  it("infinite values are written as +Inf and -Inf, and NaN as NaN", () => {
    const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    const readEach = () => values.map((value, index) => [`${index}`, value] as const);
    const text = textOf({ ...ABOUT, name: "a", type: "gauge", label: "l", readEach });
    expect(text.split("\n").slice(2, 5)).to.deep.equal(['a{l="0"} +Inf', 'a{l="1"} -Inf', 'a{l="2"} NaN']);
  });

  it("the buckets of a histogram are cumulative, end with +Inf, and are in the unit of the metric's name", () => {
    const histogram = new Histogram([10, 100, 1_000]);
    for (const ms of [5, 10, 50, 5_000]) histogram.add(ms);
    expect(
      textOf({ ...ABOUT, name: "a_seconds", type: "histogram", histogram: () => histogram, scale: 1_000 }),
    ).to.equal(
      [
        "# HELP a_seconds A metric.",
        "# TYPE a_seconds histogram",
        'a_seconds_bucket{le="0.01"} 2',
        'a_seconds_bucket{le="0.1"} 3',
        'a_seconds_bucket{le="1"} 3',
        'a_seconds_bucket{le="+Inf"} 4',
        "a_seconds_sum 5.065",
        "a_seconds_count 4",
        "",
      ].join("\n"),
    );
  });
});
