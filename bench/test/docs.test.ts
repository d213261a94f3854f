import { expect } from "chai";
import { clusterInMarkdown } from "../docs/cluster.ts";
import { fillPage } from "../docs/markdown.ts";
import { serversInMarkdown } from "../docs/servers.ts";
import type { Figures } from "../model/figures.ts";
import { readPlan } from "../run/plan.ts";
import { type Summary, summarize } from "../run/summary.ts";
import { scenarios } from "../scenarios/index.ts";

const machine = {
  processor: "A processor",
  cores: 2,
  kernel: "6",
  node: "v24.0.0",
  programs: ["NATS 2.15.3"],
  pinned: undefined,
};

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
  it("the page has each server's figures and their ratios to Obrolan's, and each bound with its value", () => {
    const of = (cpuPerDelivery: number) => ({ cpuPerDelivery });
    const summaries = summariesOf({ "fan-out": { obrolan: of(2), "raw-http2": of(3), "plain-nice-grpc": of(30) } });
    const lines = serversInMarkdown({ machine, scenarios: summaries }).split("\n");
    expect(lines.find((line) => line.startsWith("| `raw-http2`")))
      .to.include("3 (×1.5)")
      .and.include("–");
    const must = lines.find((line) => line.includes("raw-http2, over Obrolan's"));
    expect(must).to.include("| at least 1 | 1.6 | 1.5 times |");
    expect(lines.find((line) => line.includes("of nats, over"))).to.include("not measured");
    expect(lines.find((line) => line.startsWith("Measured on"))).to.include("Node 24.0.0, NATS 2.15.3");
    expect(lines.join("\n")).to.include("A processor");
    expect(lines).to.include("medians of 1 round.");
  });

  it("the page of one server leaves out the scenarios with several nodes", () => {
    const summaries = summariesOf({ "cluster-at-rest": { "3 nodes": { afterAcceptedP50: 1 } } });
    expect(serversInMarkdown({ machine, scenarios: summaries })).not.to.include("cluster-at-rest");
  });

  it("the page warns of figures that were measured while other programs used the cores", () => {
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

  it("the table of layouts has a row for each layout, and a dash for each figure that was not measured", () => {
    const lines = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) }).split("\n");
    expect(lines).to.include("| 1 node | 1.6 | 70 | – | – | – | – | – | – |");
    expect(lines).to.include("| 3 nodes, no NATS | – | – | – | – | 250 | – | – | – |");
  });

  it("the page of several nodes lists the rate of the log alone by the size of a commit", () => {
    const page = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) });
    expect(page.split("\n")).to.include("- 3 append: 4,000 in commits of 10.");
  });

  it("the table of bounds marks the one that is not met", () => {
    const lines = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) }).split("\n");
    expect(lines.find((line) => line.includes("median |"))).to.include("| at most 5 |  | **7 ms, not met** |");
  });

  it("the projection gives the rate of nodes with a core each, up to the rate of the log", () => {
    const page = clusterInMarkdown({ machine, scenarios: summariesOf(rounds) });
    expect(page).to.include("1,000,000 ÷ (R ÷ N × 1.55 + 50)");
    expect(page).to.include("- 1,000 receivers: 625, 1,765, 4,000 messages a second on 1, 3, 10 nodes.");
  });

  it("the projection is left out if a cost was not measured", () => {
    const { "cluster-appends": _, ...others } = rounds;
    const page = clusterInMarkdown({ machine, scenarios: summariesOf(others) });
    expect(page).to.include("Not measured well enough to calculate further.");
  });

  it("the page says 'Not measured yet.' if no scenario with several nodes was run", () => {
    expect(clusterInMarkdown({ machine, scenarios: [] })).to.equal("Not measured yet.");
  });
});

describe("readPlan", () => {
  it("a named scenario runs with its defaults, which the options of the command line override", () => {
    const [plan, ...others] = readPlan(scenarios, ["node", "bench", "capacity", "--rates", "7", "9", "--seconds", "2"]);
    expect(others).to.deep.equal([]);
    expect(plan?.options.rates).to.deep.equal([7, 9]);
    expect(plan?.options.seconds).to.equal(2);
    expect(plan?.options.receivers).to.equal(1000);
  });
});

describe("fillPage", () => {
  const block = (name: string, figures: string) => `<!-- figures: ${name} -->\n${figures}<!-- end of the figures -->`;
  const page = `A\n${block("one", "old\n")}\nB\n${block("two", "")}\nC`;

  it("each block replaces the text between its markers, and the text around them stays", () => {
    const filled = fillPage(page, { two: "second", one: "first" });
    expect(filled).to.equal(`A\n${block("one", "first\n")}\nB\n${block("two", "second\n")}\nC`);
    expect(fillPage(filled, { two: "second", one: "first" })).to.equal(filled);
  });

  it("a page without the markers of a block is an error", () => {
    expect(() => fillPage(page, { three: "" })).to.throw('"three"');
  });
});
