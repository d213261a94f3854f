import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The result of a command. */
export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  /** Standard output and standard error, in the order in which they arrived. */
  readonly output: string;
}

/** Runs a command in the root folder. Tools in `node_modules`, including Node, come before those on the `PATH`. */
export function run(command: string, ...args: string[]): Promise<Ran> {
  const path = [join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    child.on("error", (cause) => reject(new Error(`${command} cannot be run; is it installed?`, { cause })));
    child.on("close", (code) => resolve({ ok: code === 0, stdout, output }));
  });
}

/** Runs a command as `run` does. Throws an error with the output if the command fails. */
export async function mustRun(command: string, ...args: string[]): Promise<Ran> {
  const ran = await run(command, ...args);
  if (!ran.ok) throw new Error(`${[command, ...args].join(" ")} failed:\n${ran.output}`);
  return ran;
}
