import { expect } from "chai";
import { clusterInMarkdown } from "../docs/cluster.ts";
import { fillPage } from "../docs/markdown.ts";
import { serversInMarkdown } from "../docs/servers.ts";
import type { Figures } from "../model/figures.ts";
import { readPlan } from "../run/plan.ts";
import { type Summary, summarize } from "../run/summary.ts";
import { scenarios } from "../scenarios/index.ts";

const machine = { processor: "A processor", cores: 2, kernel: "6", node: "v24.0.0", pinned: undefined };

/** The summaries of the named scenarios, one round each, from the figures of their runs. */
function summariesOf(rounds: Readonly<Record<string, Readonly<Record<string, Figures>>>>): Summary[] {
  const plan = readPlan(scenarios, ["node", "bench", ...Object.keys(rounds), "--rounds", "1"]);
  return plan.map(({ scenario, options }) => {
    const runs = rounds[scenario.name] ?? {};
    const perRound = Object.fromEntries(Object.entries(runs).map(([run, one]): [string, Figures[]] => [run, [one]]));
    return summarize(scenario, options, perRound, {});
  });
}

describe("serversInMarkdown", () => {
  it("prints each server's figures with their ratio to Obrolan's, and what must hold with what was measured", () => {
    const of = (cpuPerDelivery: number) => ({ cpuPerDelivery });
    const summaries = summariesOf({ "fan-out": { obrolan: of(2), "raw-http2": of(3), "plain-nice-grpc": of(30) } });
    const lines = serversInMarkdown({ machine, scenarios: summaries }).split("\n");
    expect(lines.find((line) => line.startsWith("| `raw-http2`")))
      .to.include("3 (×1.5)")
      .and.include("–");
    const must = lines.find((line) => line.includes("raw-http2, over Obrolan's"));
    expect(must).to.include("| at least 1 | 1.6 | 1.5 times |");
    expect(lines.find((line) => line.includes("of nats, over"))).to.include("not measured");
    expect(lines.find((line) => line.startsWith("Measured on"))).to.include("A processor");
    expect(lines).to.include("medians of 1 round.");
  });

  it("leaves out the scenarios of several nodes", () => {
    const summaries = summariesOf({ "cluster-at-rest": { "3 nodes": { afterAcceptedP50: 1 } } });
    expect(serversInMarkdown({ machine, scenarios: summaries })).not.to.include("cluster-at-rest");
  });

  it("warns of figures that were not measured in quiet", () => {
    const [summary] = summariesOf({ "fan-out": { obrolan: { cpuPerDelivery: 2, othersBusy: 30 } } });
    const page = serversInMarkdown({ machine, scenarios: summary ? [summary] : [] });
    expect(page).to.include("**Not quiet:** another program used up to 30 % of a core during `fan-out`");
  });
});

describe("clusterInMarkdown", () => {
  const rounds = {
    "cluster-fan-out": {
      embedded: { nodesPerDelivery: 1.5, nodesPerMessage: 1_500 },
      "1 node": { nodesPerDelivery: 1.6, nodesPerMessage: 1_600, postgresPerMessage: 70 },
      "3 nodes": { nodesPerDelivery: 1.7, nodesPerMessage: 1_700, postgresPerMessage: 75 },
    },
    "cluster-at-rest": {
      "3 nodes": { afterAcceptedP50: 7, acceptedP50: 4 },
      "3 nodes, no NATS": { afterAcceptedP50: 250 },
    },
    "cluster-appends": { "3 append": { "messages@10": 4_000 } },
  };

  it("prints a row for each layout of nodes, with a dash for what was not measured there", () => {
    const lines = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) }).split("\n");
    expect(lines).to.include("| 1 node | 1.6 | 70 | – | – | – | – | – | – |");
    expect(lines).to.include("| 3 nodes, no NATS | – | – | – | – | 250 | – | – | – |");
  });

  it("prints what the log takes alone, by the size of a commit", () => {
    const page = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) });
    expect(page.split("\n")).to.include("- 3 append: 4,000 in commits of 10.");
  });

  it("says which bound of several nodes is not met", () => {
    const lines = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) }).split("\n");
    expect(lines.find((line) => line.includes("median |"))).to.include("| at most 5 |  | **7 ms, not met** |");
  });

  it("calculates what nodes with a core each would carry, up to what the log takes", () => {
    const page = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) });
    expect(page).to.include("1,000,000 ÷ (R ÷ N × 1.55 + 50)");
    expect(page).to.include("- 1,000 receivers: 625, 1,765, 4,000 messages a second on 1, 3, 10 nodes.");
  });

  it("calculates nothing if a cost was not measured", () => {
    const { "cluster-appends": _, ...others } = rounds;
    const page = clusterInMarkdown({ machine, scenarios: summariesOf(others) });
    expect(page).to.include("Not measured well enough to calculate further.");
  });

  it("says that nothing was measured yet if no scenario of several nodes was run", () => {
    expect(clusterInMarkdown({ machine, scenarios: [] })).to.equal("Not measured yet.");
  });
});

describe("readPlan", () => {
  it("runs the named scenarios, with the options of the command line over their defaults", () => {
    const [plan, ...others] = readPlan(scenarios, ["node", "bench", "capacity", "--rates", "7", "9", "--seconds", "2"]);
    expect(others).to.deep.equal([]);
    expect(plan?.options.rates).to.deep.equal([7, 9]);
    expect(plan?.options.seconds).to.equal(2);
    expect(plan?.options.receivers).to.equal(1000);
  });
});

describe("fillPage", () => {
  const page =
    "A\n<!-- figures: one -->\nold\n<!-- end of the figures -->\nB\n<!-- figures: two -->\n<!-- end of the figures -->\nC";

  it("puts each block between its markers and keeps the text around them", () => {
    const filled = fillPage(page, { two: "second", one: "first" });
    expect(filled).to.equal(
      "A\n<!-- figures: one -->\nfirst\n<!-- end of the figures -->\nB\n<!-- figures: two -->\nsecond\n<!-- end of the figures -->\nC",
    );
    expect(fillPage(filled, { two: "second", one: "first" })).to.equal(filled);
  });

  it("throws if the page lacks the markers of a block", () => {
    expect(() => fillPage(page, { three: "" })).to.throw('"three"');
  });
});
