import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { lineChart } from "../chart/index.ts";
import type { Cores } from "../machine/cores.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Summary } from "./summary.ts";

const FOLDER = fileURLToPath(new URL("../results/", import.meta.url));
const FILE = `${FOLDER}figures.json`;

/** The contents of `figures.json`: the latest figures of each scenario. */
export interface Results {
  /** The machine of the latest scenario. */
  readonly machine: {
    readonly processor: string | undefined;
    readonly cores: number;
    readonly kernel: string;
    readonly node: string;
    /** The other programs that servers ran on, with their versions. */
    readonly programs: readonly string[];
    /** The cores that the server and the load were pinned to; undefined if both used any core. */
    readonly pinned: Cores | undefined;
  };
  readonly scenarios: readonly Summary[];
}

/** The results of earlier runs; undefined if there are none. */
export function readResults(): Results | undefined {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : undefined;
}

/**
 * Writes the figures of every round. A scenario that was not run keeps its earlier figures. `programs`: the other
 * programs that servers ran on, with their versions.
 */
export function writeResults(
  summaries: readonly Summary[],
  pinned: Cores | undefined,
  programs: readonly string[],
): void {
  const isNew = (name: string) => summaries.some(({ scenario }) => scenario === name);
  const kept = readResults()?.scenarios.filter(({ scenario }) => !isNew(scenario)) ?? [];
  const machine = {
    processor: cpus()[0]?.model,
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    programs,
    pinned,
  };
  const results: Results = { machine, scenarios: [...kept, ...summaries] };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`);
}

/** Draws a scenario's charts. */
export function writePictures(scenario: Scenario, { figures, options }: Summary): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const { file, chart } of scenario.pictures?.(figures, options) ?? [])
    writeFileSync(`${FOLDER}${file}`, lineChart(chart));
}
