import { expect } from "chai";
import fc from "fast-check";
import { lineChart } from "../chart/index.ts";
import { scaleOf } from "../chart/scale.ts";

const x = { label: "rate, messages a second" };
const y = { label: "p99, ms" };

describe("lineChart", () => {
  it("a scale contains every value, however large or small, and its ticks ascend", () => {
    const values = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.boolean(), (all, log) => {
        const { position, ticks } = scaleOf({ label: "", log }, all);
        for (const value of all) expect(position(value)).to.be.within(-1e-9, 1 + 1e-9);
        expect(position(ticks[0] ?? Number.NaN)).to.be.closeTo(0, 1e-9);
        expect(position(ticks.at(-1) ?? Number.NaN)).to.be.closeTo(1, 1e-9);
        expect([...ticks].sort((one, other) => one - other)).to.deep.equal(ticks);
        expect(ticks.length).to.be.within(2, 24);
      }),
    );
  });

  it("a logarithmic scale keeps equal ratios equal, and a linear scale keeps equal differences equal", () => {
    const log = scaleOf({ label: "", log: true }, [1, 1000]).position;
    expect(log(100) - log(10)).to.be.closeTo(log(10) - log(1), 1e-9);
    const linear = scaleOf({ label: "" }, [0, 1000]).position;
    expect(linear(300) - linear(200)).to.be.closeTo(linear(200) - linear(100), 1e-9);
  });

  it("a chart has one line and one name for each series, and escapes names for XML", () => {
    const svg = lineChart({
      title: "a < b",
      x,
      y,
      series: [
        {
          name: "one & only",
          points: [
            [1, 2],
            [2, 3],
          ],
        },
        {
          name: "other",
          points: [
            [1, 5],
            [3, 1],
          ],
        },
      ],
    });
    expect(svg.match(/fill="none"/g)).to.have.length(2);
    expect(svg).to.include("one &amp; only").and.include("a &lt; b").and.include(x.label).and.include(y.label);
  });

  it("a chart leaves out points that an axis cannot show", () => {
    const series = [
      {
        name: "one",
        points: [
          [0, 1],
          [10, Number.NaN],
          [100, 5],
          [1000, 6],
        ] as const,
      },
    ];
    const svg = lineChart({ title: "", x: { ...x, log: true }, y, series });
    expect(/d="(M[^"]*)" fill="none"/.exec(svg)?.[1]?.match(/[ML]/g)).to.deep.equal(["M", "L"]);
    expect(svg).to.not.include("NaN").and.not.include("Infinity");
  });

  it("a chart accepts a series without points and a series with a single point", () => {
    const svg = lineChart({
      title: "",
      x,
      y,
      series: [
        { name: "none", points: [] },
        { name: "one", points: [[5, 5]] },
      ],
    });
    expect(svg).to.include("none").and.not.include("NaN");
  });
});
