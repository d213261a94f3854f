import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pinned } from "../cores.ts";
import type { Job, Report } from "../load/main.ts";
import type { Figures } from "../scenario.ts";

const LOAD = fileURLToPath(new URL("../load/main.ts", import.meta.url));

/** Does one run in a process of its own, on the load's core, and resolves with what it measured. */
export function runOnce(job: Job, onProgress: (text: string) => void): Promise<Figures> {
  const [program, args] = pinned(job.cores?.load, [process.execPath, LOAD, JSON.stringify(job)]);
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
    // Only once it has ended is its server gone too, and the machine free for the next run.
    child.on("exit", () => (figures ? resolve(figures) : reject(new Error(`${job.scenario}, ${job.run}: ${failure}`))));
  });
}
