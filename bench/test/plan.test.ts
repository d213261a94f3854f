import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Runs the benchmark with arguments that it refuses. */
function refusal(...args: string[]): string {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
  expect(status, stderr).to.equal(2);
  return stderr;
}

describe("The command line of the benchmark", function () {
  this.timeout(30_000);

  it("an unknown scenario is refused, and the error names all scenarios", () => {
    expect(refusal("fan-in")).to.match(/^There is no scenario "fan-in": choose from fan-out, one-under-way, /);
  });

  it("an unknown run is refused, and the error names the runs of the chosen scenarios", () => {
    const sentence = /^No chosen scenario has a run "obrolam": choose from obrolan, obrolan-bun, plain-nice-grpc, /;
    expect(refusal("fan-out", "--runs", "obrolan", "obrolam")).to.match(sentence);
  });
});
