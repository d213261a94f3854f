import { expect } from "chai";
import { fillPage } from "../docs/page.ts";
import { figuresInMarkdown } from "../docs/tables.ts";
import { readPlan } from "../options.ts";
import { summarize } from "../run/summary.ts";
import { scenarios } from "../scenarios/index.ts";

describe("the benchmark's page", () => {
  it("has each server's figures with their ratio to Obrolan's, and what must hold with what is", () => {
    const plan = readPlan(scenarios, ["node", "bench", "fan-out", "--rounds", "1"]);
    const of = (cpu: number) => [{ cpuPerDelivery: cpu }];
    const summaries = plan.map(({ scenario, options }) =>
      summarize(
        scenario,
        options,
        { obrolan: of(2), "raw-http2": of(3), "plain-nice-grpc": of(30) },
        { nats: "nats-server" },
      ),
    );
    const machine = { processor: "A processor", cores: 2, kernel: "6", node: "v24.0.0", pinned: undefined };
    const lines = figuresInMarkdown({ machine, scenarios: summaries }).split("\n");
    expect(lines.find((line) => line.startsWith("| `raw-http2`")))
      .to.include("3 (×1.5)")
      .and.include("–");
    const must = lines.find((line) => line.includes("raw-http2, over Obrolan's"));
    expect(must).to.include("| at least 1 | 1.6 | 1.5 times |");
    expect(lines.find((line) => line.includes("of nats, over"))).to.include("not measured");
    expect(lines.find((line) => line.startsWith("Measured on")))
      .to.include("A processor")
      .and.include("of 1 round");
  });
});

describe("the benchmark's command line", () => {
  it("runs the scenarios that are named, with what was set over what they have", () => {
    const [plan, ...others] = readPlan(scenarios, ["node", "bench", "capacity", "--rates", "7", "9", "--seconds", "2"]);
    expect(others).to.deep.equal([]);
    expect(plan?.options.rates).to.deep.equal([7, 9]);
    expect(plan?.options.seconds).to.equal(2);
    expect(plan?.options.receivers).to.equal(1000);
  });
});

describe("the benchmark's places in a page", () => {
  const page =
    "A\n<!-- figures: one -->\nold\n<!-- end of the figures -->\nB\n<!-- figures: two -->\n<!-- end of the figures -->\nC";

  it("are filled, each with its block, and what stands around them stays", () => {
    const filled = fillPage(page, { two: "second", one: "first" });
    expect(filled).to.equal(
      "A\n<!-- figures: one -->\nfirst\n<!-- end of the figures -->\nB\n<!-- figures: two -->\nsecond\n<!-- end of the figures -->\nC",
    );
    expect(fillPage(filled, { two: "second", one: "first" })).to.equal(filled);
  });

  it("must be there", () => {
    expect(() => fillPage(page, { three: "" })).to.throw('"three"');
  });
});
