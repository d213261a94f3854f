import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Cores, pinned } from "../machine/cores.ts";
import type { Figures } from "../model/figures.ts";
import type { Options } from "../model/options.ts";

const RUN_MAIN = fileURLToPath(new URL("./runMain.ts", import.meta.url));

/** Which run the child process does. The parent passes it as JSON in the first argument. */
export interface Job {
  readonly scenario: string;
  readonly run: string;
  readonly options: Options;
  readonly cores: Cores | undefined;
}

/** A message from the child process to its parent. */
export type Report =
  | { readonly kind: "progress"; readonly text: string }
  | { readonly kind: "figures"; readonly figures: Figures }
  | { readonly kind: "failed"; readonly message: string };

/** Does one run in a process of its own, on the load's core, and resolves with its figures. */
export function spawnRun(job: Job, onProgress: (text: string) => void): Promise<Figures> {
  const [program, args] = pinned(job.cores?.load, [process.execPath, RUN_MAIN, JSON.stringify(job)]);
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    let figures: Figures | undefined;
    let failure = "The load ended without a result.";
    child.on("message", (report: Report) => {
      if (report.kind === "progress") onProgress(report.text);
      else if (report.kind === "figures") figures = report.figures;
      else failure = report.message;
    });
    child.on("error", reject);
    // When the child has ended, its server has ended too, so the machine is free for the next run.
    child.on("exit", () => (figures ? resolve(figures) : reject(new Error(`${job.scenario}, ${job.run}: ${failure}`))));
  });
}
