import { expect } from "chai";
import type { Figures } from "../model/figures.ts";
import { readPlan } from "../run/plan.ts";
import { summarize } from "../run/summary.ts";
import type { Scenario } from "../scenarios/scenario.ts";

const scenario: Scenario = {
  name: "one",
  summary: () => "",
  defaults: {},
  runs: { obrolan: async () => ({}), nats: async () => ({}) },
  columns: [
    { figure: "cpu", title: "", digits: 0 },
    { figure: "longest", title: "", digits: 0, over: "worst" },
  ],
  musts: ({ obrolan, nats }) => [
    { what: "own", value: obrolan?.cpu ?? Number.NaN, bound: "at most", limit: 3, unit: "" },
    {
      what: "both",
      value: (nats?.cpu ?? Number.NaN) / (obrolan?.cpu ?? Number.NaN),
      bound: "at least",
      limit: 2,
      unit: "",
    },
  ],
};
const rounds = (...cpus: number[]): Figures[] => cpus.map((cpu) => ({ cpu, longest: cpu }));

describe("summarize", () => {
  it("a figure is the median over the rounds, or the worst round for a column that asks for it", () => {
    const { figures } = summary({ obrolan: rounds(9, 1, 2) });
    expect(figures.obrolan).to.deep.equal({ cpu: 2, longest: 9 });
  });

  it("a figure that fewer than half of the rounds reached is omitted", () => {
    const { figures } = summary({ obrolan: [{ "p99@10": 1 }, { "p99@10": 3, "p99@20": 7 }, { "p99@10": 2 }] });
    expect(figures.obrolan).to.deep.equal({ "p99@10": 2 });
  });

  it("a bound is met or not met, and open if it compares with a run that was left out", () => {
    const verdicts = (of: Record<string, Figures[]>) => summary(of).musts.map(({ verdict }) => verdict);
    expect(verdicts({ obrolan: rounds(3), nats: rounds(6) })).to.deep.equal(["met", "met"]);
    expect(verdicts({ obrolan: rounds(4), nats: rounds(6) })).to.deep.equal(["not met", "not met"]);
    expect(verdicts({ obrolan: rounds(3) })).to.deep.equal(["met", "open"]);
    expect(verdicts({ obrolan: [{}], nats: rounds(6) })).to.deep.equal(["not met", "not met"]);
  });

  it("the summary has the largest share of a core that other programs used in any run", () => {
    expect(summary({ obrolan: [{ othersBusy: 2 }, { "othersBusy@100": 30 }], nats: [{}] }).othersBusy).to.equal(30);
  });
});

function summary(of: Record<string, Figures[]>) {
  const [plan] = readPlan([scenario], ["node", "bench"]);
  if (!plan) throw new Error("There is no scenario.");
  return summarize(scenario, plan.options, of, {});
}
